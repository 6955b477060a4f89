"""OTLP/HTTP by Python's own HTTP server."""

import gzip
import http.server
import socket
import struct
import threading

from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

import otlp


class Receiver(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener, tls, exchange):
        super().__init__(None, Handler, bind_and_activate=False)
        self.socket = listener
        self.tls = tls
        self.exchange = exchange

    def finish_request(self, request, client_address):
        if self.tls:
            # Here, in a thread of its own, so that a client that takes its time delays no other.
            request = self.tls.wrap_socket(request, server_side=True)
        # Closed without being shut down, for `reset`.
        with request:
            super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """Connections end as clients please."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        wire = self.rfile.read(int(self.headers["Content-Length"]))
        kind, rest, text = self.server.exchange.answer()
        encoding = self.headers.get("Content-Encoding")
        self.is_json = self.headers.get_content_type() == "application/json"
        line = {"path": self.path, "answer": text, "wire": len(wire), "json": self.is_json}
        line["headers"] = {name.lower(): text for name, text in self.headers.items()}
        body = gzip.decompress(wire) if encoding == "gzip" else wire
        self.is_zipkin = self.path.endswith("/api/v2/spans")
        self.server.exchange.record(line, body, read=zipkin if self.is_zipkin else None)
        getattr(self, f"answer_{kind}")(rest)

    def do_GET(self):
        """As a server of documents, by those answers that don't depend on what was sent."""
        kind, rest, _ = self.server.exchange.answer()
        getattr(self, f"answer_{kind}")(rest)

    def answer_ok(self, _):
        if self.is_zipkin:
            self.reply(202, b"")
        else:
            self.reply_message(200, ExportTraceServiceResponse())

    def answer_partial(self, rest):
        count, _, text = rest.partition(":")
        response = ExportTraceServiceResponse()
        response.partial_success.rejected_spans = int(count)
        response.partial_success.error_message = text
        self.reply_message(200, response)

    def answer_status(self, rest):
        status, _, text = rest.partition(":")
        if text:
            self.reply_message(int(status), Status(code=14, message=text))
        else:
            self.reply(int(status), b"")

    def answer_after(self, rest):
        status, _, wait = rest.partition(":")
        self.reply(int(status), b"", headers={"Retry-After": wait})

    def answer_html(self, _):
        self.reply(200, b"<!doctype html><title>Welcome</title>", content_type="text/html; charset=utf-8")

    def answer_garbage(self, _):
        self.reply(200, b"\x0a\xff\xff\xff\xff")

    def answer_huge(self, _):
        self.begin_reply(1 << 40)
        try:
            while True:
                self.wfile.write(b"\x00" * 65536)
        except OSError:
            pass

    def answer_drip(self, _):
        self.begin_reply(100)
        threading.Event().wait()

    def answer_half(self, _):
        self.begin_reply(100)
        self.wfile.write(b"\x00" * 50)

    def answer_slow(self, rest):
        threading.Event().wait(float(rest))
        self.answer_ok("")

    def answer_nonsense(self, _):
        self.wfile.write(b"\x00\x01 what is this?\n\n")
        self.close_connection = True

    def answer_close(self, _):
        self.close_connection = True

    def answer_reset(self, _):
        # Not to linger is to reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def answer_hang(self, _):
        threading.Event().wait()

    def begin_reply(self, length):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.close_connection = True

    def reply_message(self, status, message):
        if self.is_json:
            self.reply(status, json_format.MessageToJson(message).encode(), "application/json")
        else:
            self.reply(status, message.SerializeToString())

    def reply(self, status, body, content_type="application/x-protobuf", headers={}):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        # A client waits for none after such.
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def zipkin(body, is_json):
    assert is_json, "Zipkin's spans are sent as JSON"
    return {"resources": 0, "groups": [], "spans": [], "canonical": True, "zipkin": otlp.document(body)}
