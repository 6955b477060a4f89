"""An OTLP receiver for tests: decodes what it is sent with OpenTelemetry's own descriptors and Google's Protobuf, and writes
each request as a line of JSON. Run with PYTHONPATH=$NODESPAN_CACHE/python.

    collector.py [--grpc] [--address ADDRESS] [--port PORT] [--unix PATH] [--file FILE] [--count] [--tls PEM] [--mutual]
        [ANSWER ...]

Answers are given in turn, the last one from then on; without any, `ok`:

    ok              accepted: by HTTP 200 with an empty ExportTraceServiceResponse; Zipkin's spans by 202
    partial:N:TEXT  a partial success: N spans rejected
    slow:SECONDS    `ok`, but late
    garbage         success, with a message that isn't one
    huge            success, and a body without end; by gRPC one of 64 MiB
    html            success, and a page
    half            an answer that ends in its middle
    drip            an answer that never comes to its end
    nonsense        no HTTP at all
    close, reset    the connection closed or reset without an answer
    hang            no answer
    status:N[:TEXT] the HTTP status N, with a google.rpc.Status of that text; by gRPC without one, as by a proxy

by HTTP only, which is HTTP/1.1:

    after:N:WAIT    the status N with Retry-After: WAIT

by gRPC only:

    grpc:N[:TEXT]         the gRPC status N
    retryinfo:N:SECONDS   the gRPC status N, and when to try again in grpc-status-details-bin
    goaway                `ok`, after which the connection takes no more requests
    unprocessed           the connection closed; the request wasn't looked at
    rst:N                 the stream reset with HTTP/2's error code N

By gRPC with TLS, of what grpcio never does itself only `close` and `reset`; and by any, that happens to the next answer on
the connection, so that it is to have one request at a time.

HTTP requests may be Protobuf or OTLP's JSON, both also by gzip. Lines go to FILE, before the answer is given; of each, one
word goes to standard output. With --count, they have the numbers of spans, but no spans; without a file nothing is decoded:
for measurements. PEM is a file with a certificate and its key. With --mutual, clients have to show a certificate that it
signs.
"""

import socket
import ssl
import sys

# Nothing is to be left in the repository.
sys.dont_write_bytecode = True

from exchange import Exchange


def listening(address, port, path):
    family = socket.AF_UNIX if path else socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(path or (address, port))
    listener.listen(128)
    return listener


def secured(pem, is_mutual):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    if is_mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pem)
    return context


def main(arguments):
    address, port, path, file, pem = "127.0.0.1", 0, None, None, None
    is_grpc, is_counting, is_mutual = False, False, False
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--grpc":
            is_grpc = True
        elif option == "--address":
            address = arguments.pop(0)
        elif option == "--port":
            port = int(arguments.pop(0))
        elif option == "--unix":
            path = arguments.pop(0)
        elif option == "--file":
            file = open(arguments.pop(0), "w")
        elif option == "--count":
            is_counting = True
        elif option == "--tls":
            pem = arguments.pop(0)
        elif option == "--mutual":
            is_mutual = True
        else:
            sys.exit(f"collector.py: no such option: {option}")
    exchange = Exchange(arguments or ["ok"], file, is_counting)
    listener = listening(address, port, path)
    if is_grpc:
        # Takes a while to load.
        import grpc_receiver

        receiver = grpc_receiver.Receiver(listener, pem, is_mutual, exchange)
    else:
        import http_receiver

        receiver = http_receiver.Receiver(listener, secured(pem, is_mutual) if pem else None, exchange)
    print(f"listening {path or address}:{0 if path else listener.getsockname()[1]}", flush=True)
    receiver.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
