"""OTLP/gRPC by grpcio's server."""

import re
import threading
from concurrent import futures

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from front import Front

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
# In which requests can hang.
THREADS = 64
CODES = {code.value[0]: code for code in grpc.StatusCode}


def credentials(pem, is_mutual):
    blocks = re.findall(rb"(-----BEGIN ([A-Z ]+)-----.*?-----END \2-----\n?)", open(pem, "rb").read(), re.DOTALL)
    key = b"".join(block for block, name in blocks if name.endswith(b"PRIVATE KEY"))
    chain = b"".join(block for block, name in blocks if name == b"CERTIFICATE")
    return grpc.ssl_server_credentials(
        [(key, chain)], root_certificates=chain if is_mutual else None, require_client_auth=is_mutual
    )


class Receiver(grpc.GenericRpcHandler):
    def __init__(self, listener, pem, is_mutual, exchange):
        self.exchange = exchange
        self.server = grpc.server(
            futures.ThreadPoolExecutor(THREADS),
            handlers=[self],
            options=[("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
        )
        if pem:
            port = self.server.add_secure_port("127.0.0.1:0", credentials(pem, is_mutual))
        else:
            port = self.server.add_insecure_port("127.0.0.1:0")
        self.front = Front(listener, port, is_plain=not pem)

    def serve_forever(self):
        self.server.start()
        self.front.serve_forever()

    def service(self, details):
        # Others are answered with UNIMPLEMENTED.
        return grpc.unary_unary_rpc_method_handler(self.export) if details.method == METHOD else None

    def export(self, body, context):
        kind, rest, text = self.exchange.answer()
        link = self.front.link(context.peer())
        line = {"path": METHOD, "answer": text, "wire": link.take_received(), "json": False}
        line["headers"] = {
            name: text if isinstance(text, str) else text.hex() for name, text in context.invocation_metadata()
        }
        line["headers"][":authority"] = context._rpc_event.call_details.host.decode()
        line["seconds"] = context.time_remaining()
        self.exchange.record(line, body)
        answer = getattr(self, f"answer_{kind}", None)
        if answer:
            return answer(rest, context)
        link.fault = (kind, rest)
        return self.answer_ok("", context)

    def answer_ok(self, *_):
        return ExportTraceServiceResponse().SerializeToString()

    def answer_partial(self, rest, _):
        count, _, text = rest.partition(":")
        response = ExportTraceServiceResponse()
        response.partial_success.rejected_spans = int(count)
        response.partial_success.error_message = text
        return response.SerializeToString()

    def answer_grpc(self, rest, context):
        code, _, text = rest.partition(":")
        context.abort(CODES[int(code)], text)

    def answer_retryinfo(self, rest, context):
        code, _, seconds = rest.partition(":")
        delay = Duration()
        delay.FromNanoseconds(int(float(seconds) * 1e9))
        status = Status(code=int(code), message="later")
        status.details.add().Pack(RetryInfo(retry_delay=delay))
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(CODES[int(code)], status.message)

    def answer_garbage(self, *_):
        return b"\x0a\xff\xff\xff\xff"

    def answer_huge(self, *_):
        return b"\x00" * (64 << 20)

    def answer_slow(self, rest, context):
        threading.Event().wait(float(rest))
        return self.answer_ok()

    def answer_drip(self, _, context):
        context.send_initial_metadata(())
        return self.answer_hang(_, context)

    def answer_hang(self, _, context):
        is_over = threading.Event()
        # False: it is over already.
        if context.add_callback(is_over.set):
            is_over.wait()
        return b""
