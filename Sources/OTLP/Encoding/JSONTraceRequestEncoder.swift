package import Spans

/// As `TraceRequestEncoder`, in Protobuf's JSON format with OTLP's exceptions (OTLP specification 1.x, "JSON Protobuf
/// Encoding"): ids are hexadecimal, enumerations numbers, 64-bit integers decimal strings. Fields with the default value are
/// left out. On one line.
package struct JSONTraceRequestEncoder: BatchEncoder {
    private var spans = SpanGroups<OTLPJSONWriter>()

    package init() {}

    package var spanCount: Int { spans.spanCount }
    package var byteCount: Int { spans.byteCount }

    package mutating func add(_ span: Span) { spans.add(span) }

    package mutating func finish() -> [UInt8] {
        var request: [UInt8] = []
        request.reserveCapacity(byteCount + 64 + spans.groups.count * 64)
        JSONText.append("{\"resourceSpans\":[", to: &request)
        for (index, group) in spans.groups.enumerated() {
            JSONText.append(index > 0 ? ",{\"resource\":" : "{\"resource\":", to: &request)
            request.append(contentsOf: group.content)
            JSONText.append(",\"scopeSpans\":[", to: &request)
            for (index, scope) in group.scopes.enumerated() {
                if index > 0 { request.append(UInt8(ascii: ",")) }
                request.append(contentsOf: scope.content.bytes)
                JSONText.append("]}", to: &request)
            }
            JSONText.append("]}", to: &request)
        }
        JSONText.append("]}", to: &request)
        spans = SpanGroups()
        return request
    }
}
