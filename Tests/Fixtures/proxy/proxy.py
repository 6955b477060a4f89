"""An HTTP proxy for tests, which knows CONNECT alone, and connects to one port of this machine whatever the host is. Prints
its own port, and then each place that it is asked to connect to.

    proxy.py PORT MODE

MODE is the value of Proxy-Authorization that is wanted, or a way to fail: refuse (403), garbage (no HTTP), close (no answer),
long (a head without end) or hang.
"""

import socket
import sys
import threading

FAILURES = {
    "refuse": b"HTTP/1.1 403 Forbidden\r\n\r\n",
    "garbage": b"what is this?\r\n\r\n",
    "close": b"",
    "long": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: x\r\n" * 10000,
}


def passed_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, port, mode):
    head = b""
    while not head.endswith(b"\r\n\r\n") and (data := client.recv(4096)):
        head += data
    if not head:
        return
    request, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, place, _ = request.split(" ")
    print(place, flush=True)
    if mode == "hang":
        client.recv(1)
    elif mode in FAILURES:
        client.sendall(FAILURES[mode])
    # async-http-client leaves the port out of Host; proxies go by the request's line (RFC 9112, section 3.2.2).
    elif method != "CONNECT" or headers.get("host") not in (place, place.rpartition(":")[0]):
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    elif headers.get("proxy-authorization") != mode:
        client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
    else:
        server = socket.create_connection(("127.0.0.1", port))
        client.sendall(b"HTTP/1.1 200 Connection established\r\nX-Proxy: test\r\n\r\n")
        threading.Thread(target=passed_on, args=(server, client), daemon=True).start()
        passed_on(client, server)
    client.close()


def main(port, mode):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, port, mode), daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
