"""Stands before grpcio's server and passes on what goes back and forth, but for what a server never does by itself: an
answer that ends in the middle, or is none."""

import socket
import struct
import threading

HEADERS, RST_STREAM, GOAWAY = 1, 3, 7
END_STREAM, END_HEADERS = 1, 4
# RFC 7540, section 7.
NO_ERROR = 0
LAST_STREAM = (1 << 31) - 1


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def goaway(last_stream):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, NO_ERROR))


def literal(static_index, text):
    """A header of HPACK's static table with another value (RFC 7541, section 6.2.2)."""
    index = bytes([static_index]) if static_index < 15 else bytes([15, static_index - 15])
    return index + bytes([len(text)]) + text.encode()


class Link:
    """A client's connection, and the one to the server that belongs to it."""

    def __init__(self, client, server, is_plain):
        self.client = client
        self.server = server
        self.is_plain = is_plain
        # Bytes from the client since `take_received`.
        self.received = 0
        self.is_reset = False
        # What is to be done to the next answer, by one of the methods below.
        self.fault = None
        self.upward = threading.Thread(target=self.pass_up, daemon=True)

    def run(self):
        self.upward.start()
        try:
            for piece in self.frames() if self.is_plain else iter(lambda: self.server.recv(65536), b""):
                if self.fault and (not self.is_plain or piece[3] == HEADERS):
                    fault, self.fault = self.fault, None
                    if not getattr(self, f"answer_{fault[0]}")(piece, fault[1]):
                        break
                else:
                    self.client.sendall(piece)
        except OSError:
            pass
        self.end()

    def pass_up(self):
        try:
            while data := self.client.recv(65536):
                self.received += len(data)
                self.server.sendall(data)
            self.server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def take_received(self):
        received, self.received = self.received, 0
        return received

    def frames(self):
        stream = self.server.makefile("rb")
        while len(head := stream.read(9)) == 9:
            yield head + stream.read(int.from_bytes(head[:3], "big"))

    def end(self):
        # What the client still sends is read meanwhile: unread, it would have the connection reset.
        if not self.is_reset:
            self.shut(self.client, socket.SHUT_WR)
            self.upward.join(timeout=1)
        # Wakes the thread that reads, which keeps its socket open.
        self.shut(self.client, socket.SHUT_RD)
        self.shut(self.server, socket.SHUT_RDWR)
        self.upward.join()
        self.client.close()
        self.server.close()

    @staticmethod
    def shut(end, how):
        try:
            end.shutdown(how)
        except OSError:
            pass

    # The first piece of the answer and the fault's argument; whether the connection goes on.

    def answer_close(self, *_):
        return False

    def answer_reset(self, *_):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.is_reset = True
        return False

    def answer_half(self, headers, _):
        """The headers, and a message that isn't complete."""
        self.client.sendall(headers + frame(0, 0, self.stream(headers), b"\x00\x00\x00\x00\x64\x0a"))
        return False

    def answer_nonsense(self, *_):
        self.client.sendall(b"\x00\x01 what is this?\n\n")
        return False

    def answer_goaway(self, headers, _):
        self.client.sendall(goaway(LAST_STREAM) + headers)
        return True

    def answer_unprocessed(self, *_):
        self.client.sendall(goaway(0))
        return False

    def answer_rst(self, headers, code):
        return self.finish(frame(RST_STREAM, 0, self.stream(headers), struct.pack(">I", int(code))))

    def answer_status(self, headers, rest):
        status, _, _ = rest.partition(":")
        return self.finish(frame(HEADERS, END_STREAM | END_HEADERS, self.stream(headers), literal(8, status)))

    def answer_html(self, headers, _):
        answer = literal(8, "200") + literal(31, "text/html")
        return self.finish(frame(HEADERS, END_STREAM | END_HEADERS, self.stream(headers), answer))

    def finish(self, last):
        """The next headers would be compressed by those that are left out, so there are to be none."""
        self.client.sendall(last + goaway(LAST_STREAM))
        return False

    @staticmethod
    def stream(headers):
        return int.from_bytes(headers[5:9], "big")


class Front:
    def __init__(self, listener, port, is_plain):
        self.listener = listener
        self.port = port
        self.is_plain = is_plain
        # By the port that the server sees.
        self.links = {}

    def serve_forever(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.port))
            for end in (client, server):
                if end.family != socket.AF_UNIX:
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = Link(client, server, self.is_plain)
            self.links[server.getsockname()[1]] = link
            threading.Thread(target=link.run, daemon=True).start()

    def link(self, peer):
        """By grpcio's name of it, as in ipv4:127.0.0.1:4711."""
        return self.links[int(peer.rpartition(":")[2])]
