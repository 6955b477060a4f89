"""Export requests, read by OpenTelemetry's own descriptors and Google's Protobuf."""

import base64
import json
import math

from google.protobuf import json_format
from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

# Hexadecimal in OTLP's JSON format, base64 in Protobuf's own.
IDS = ("traceId", "spanId", "parentSpanId")


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


def members(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a member stands twice: {keys}"
    return dict(pairs)


def no_constant(text):
    raise ValueError(f"{text} is no JSON")


def document(body):
    """What a JSON text says; more strictly read than by Python's own habits."""
    return json.loads(body, object_pairs_hook=members, parse_constant=no_constant)


def with_ids(member, change):
    """A JSON document with each span's and link's ids changed, which may also be attributes' names, but never keys there."""
    if isinstance(member, dict):
        return {
            key: change(each) if key in IDS and isinstance(each, str) else with_ids(each, change)
            for key, each in member.items()
        }
    if isinstance(member, list):
        return [with_ids(each, change) for each in member]
    return member


def base64_of_hex(text):
    return base64.b64encode(bytes.fromhex(text)).decode()


def hex_of_base64(text):
    return base64.b64decode(text).hex()


def parsed(body, is_json):
    """The request, and whether Google's implementation would have written the same: the same bytes; of JSON, the same
    document but for OTLP's ids and enums as numbers."""
    if is_json:
        said = document(body)
        request = json_format.ParseDict(with_ids(said, base64_of_hex), ExportTraceServiceRequest())
        own = json_format.MessageToDict(request, use_integers_for_enums=True)
        return request, with_ids(own, hex_of_base64) == said
    request = ExportTraceServiceRequest.FromString(body)
    return request, request.SerializeToString(deterministic=True) == body


def groups(request):
    """Spans of each ScopeSpans."""
    return [len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans]


def decoded(body, is_json):
    request, is_canonical = parsed(body, is_json)
    spans = []
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
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
        "groups": groups(request),
        "spans": spans,
        "canonical": is_canonical,
    }


def counted(body, is_json):
    """Of `decoded`, what is cheap: Google's parser is written in C, the rest here is not."""
    request, _ = parsed(body, is_json) if is_json else (ExportTraceServiceRequest.FromString(body), True)
    return {"resources": len(request.resource_spans), "groups": groups(request), "spans": [], "canonical": True}
