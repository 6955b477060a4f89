"""An OTLP/HTTP collector for tests: decodes what it is sent with OpenTelemetry's own descriptors and Google's Protobuf,
and writes each request as a line of JSON. Run with PYTHONPATH=$NODESPAN_CACHE/python.

    collector.py [--address ADDRESS] [--port PORT] [--file FILE] [--tls PEM] [--mutual] [ANSWER ...]

Answers are given in turn, the last one from then on; without any, `ok`:

    ok              200 and an empty ExportTraceServiceResponse
    partial:N:TEXT  200 and a partial success: N spans rejected
    status:N[:TEXT] the status N, with a google.rpc.Status of that text
    after:N:WAIT    the status N with Retry-After: WAIT
    html            200 and a page
    garbage         200 and application/x-protobuf that isn't
    huge            200 and a body without end
    drip            200 and a body that never comes to its end
    nonsense        no HTTP at all
    close           the connection closed without an answer
    hang            no answer

Lines go to FILE, before the answer is given; of each, one word goes to standard output. Without a file nothing is decoded,
for measurements. PEM is a file with a certificate and its key. With --mutual, clients have to show
a certificate that it signs.
"""

import base64
import http.server
import json
import math
import ssl
import sys
import threading

from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

output = threading.Lock()


def value(any_value):
    kind = any_value.WhichOneof("value")
    if kind == "array_value":
        return [value(member) for member in any_value.array_value.values]
    plain = getattr(any_value, kind)
    if kind == "double_value" and not math.isfinite(plain):
        return "NaN" if math.isnan(plain) else "Infinity" if plain > 0 else "-Infinity"
    return plain


def attributes(pairs):
    keys = [pair.key for pair in pairs]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    return {pair.key: value(pair.value) for pair in pairs}


def dropped(**counts):
    """As they are printed: those that aren't 0."""
    return {f"dropped{name}Count": count for name, count in counts.items() if count}


def event(event):
    return {
        "name": event.name,
        "timeUnixNano": str(event.time_unix_nano),
        "attributes": attributes(event.attributes),
    } | dropped(Attributes=event.dropped_attributes_count)


def link(link):
    return {
        "traceId": link.trace_id.hex(),
        "spanId": link.span_id.hex(),
        "flags": link.flags,
        "traceState": link.trace_state,
        "attributes": attributes(link.attributes),
    } | dropped(Attributes=link.dropped_attributes_count)


def span(span, scope, resource):
    """As `nodespan trace --format json` prints it."""
    return {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "parentSpanId": span.parent_span_id.hex(),
        "flags": span.flags & 0xFF,
        "traceState": span.trace_state,
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        "startTimeUnixNano": str(span.start_time_unix_nano),
        "endTimeUnixNano": str(span.end_time_unix_nano),
        "status": {
            "code": Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
            "message": span.status.message,
        },
        "attributes": attributes(span.attributes),
        "events": [event(each) for each in span.events],
        "links": [link(each) for each in span.links],
        "resource": attributes(resource.attributes),
        "scope": {"name": scope.name, "version": scope.version},
    } | dropped(
        Attributes=span.dropped_attributes_count,
        Events=span.dropped_events_count,
        Links=span.dropped_links_count,
    )


def decoded(body):
    request = ExportTraceServiceRequest.FromString(body)
    spans, groups = [], []
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            groups.append(len(scope_spans.spans))
            for each in scope_spans.spans:
                assert len(UnknownFieldSet(each)) == 0
                spans.append(
                    {
                        "span": span(each, scope_spans.scope, resource_spans.resource),
                        "remoteFlags": each.flags & ~0xFF,
                    }
                )
    return {
        "resources": len(request.resource_spans),
        "groups": groups,
        "spans": spans,
        # Whether Google's implementation would have written the same.
        "canonical": request.SerializeToString(deterministic=True) == body,
    }


class Collector(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, port, answers, file):
        super().__init__((address, port), Handler)
        self.answers = answers
        self.file = file
        self.lock = threading.Lock()

    def next_answer(self):
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.next_answer()
        if self.server.file:
            line = {"path": self.path, "answer": answer, "bytes": len(body)}
            line["headers"] = {name.lower(): text for name, text in self.headers.items()}
            try:
                line |= decoded(body)
            except Exception as error:
                line |= {"error": repr(error), "body": base64.b64encode(body).decode()}
            with output:
                print(json.dumps(line), file=self.server.file, flush=True)
                print("request", flush=True)
        kind, _, rest = answer.partition(":")
        getattr(self, f"answer_{kind}")(rest)

    def answer_ok(self, _):
        self.reply(200, ExportTraceServiceResponse().SerializeToString())

    def answer_partial(self, rest):
        count, _, text = rest.partition(":")
        response = ExportTraceServiceResponse()
        response.partial_success.rejected_spans = int(count)
        response.partial_success.error_message = text
        self.reply(200, response.SerializeToString())

    def answer_status(self, rest):
        status, _, text = rest.partition(":")
        # google.rpc.Status: the code 14 in field 1, the message in field 2.
        message = bytes([0x08, 14, 0x12, len(text)]) + text.encode() if text else b""
        self.reply(int(status), message)

    def answer_after(self, rest):
        status, _, wait = rest.partition(":")
        self.reply(int(status), b"", headers={"Retry-After": wait})

    def answer_html(self, _):
        self.reply(200, b"<!doctype html><title>Welcome</title>", content_type="text/html; charset=utf-8")

    def answer_garbage(self, _):
        self.reply(200, b"\x0a\xff\xff\xff\xff")

    def answer_huge(self, _):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b"\x00" * 65536)
        except OSError:
            pass

    def answer_drip(self, _):
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "100")
        self.end_headers()
        threading.Event().wait()

    def answer_nonsense(self, _):
        self.wfile.write(b"\x00\x01 what is this?\n\n")
        self.close_connection = True

    def answer_close(self, _):
        self.close_connection = True

    def answer_hang(self, _):
        threading.Event().wait()

    def reply(self, status, body, content_type="application/x-protobuf", headers={}):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(arguments):
    address, port, file, tls = "127.0.0.1", 0, None, None
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--address":
            address = arguments.pop(0)
        elif option == "--port":
            port = int(arguments.pop(0))
        elif option == "--file":
            file = open(arguments.pop(0), "w")
        elif option == "--tls":
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            pem = arguments.pop(0)
            tls.load_cert_chain(pem)
        elif option == "--mutual":
            tls.verify_mode = ssl.CERT_REQUIRED
            tls.load_verify_locations(pem)
        else:
            sys.exit(f"collector.py: no such option: {option}")
    server = Collector(address, port, arguments or ["ok"], file)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    print(f"listening {address}:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
