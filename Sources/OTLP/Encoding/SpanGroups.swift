internal import Spans

/// Writes the parts of an export request.
protocol SpanGroupWriter: Sendable {
    init()
    var bytes: [UInt8] { get }
    mutating func append(_ resource: Resource)
    /// The beginning of a ScopeSpans, to which spans are added.
    mutating func begin(_ scope: InstrumentationScope)
    mutating func append(_ span: Span)
}

/// Spans by resource and within that by scope, as OTLP groups them. Each is written when it comes, so that none has to be
/// kept.
struct SpanGroups<Writer: SpanGroupWriter>: Sendable {
    /// A ScopeSpans.
    struct ScopeGroup: Sendable {
        let scope: InstrumentationScope
        var content: Writer
    }

    /// A ResourceSpans.
    struct ResourceGroup: Sendable {
        let resource: Resource
        let content: [UInt8]
        var scopes: [ScopeGroup] = []
    }

    private(set) var groups: [ResourceGroup] = []
    /// The group of the span before: the next likely belongs there too.
    private var latest = 0
    private(set) var spanCount = 0
    /// Of what was written.
    private(set) var byteCount = 0

    mutating func add(_ span: Span) {
        if groups.isEmpty || groups[latest].resource !== span.resource {
            latest = group(of: span.resource)
        }
        let scope = scope(span.scope, in: latest)
        let before = groups[latest].scopes[scope].content.bytes.count
        groups[latest].scopes[scope].content.append(span)
        byteCount += groups[latest].scopes[scope].content.bytes.count - before
        spanCount += 1
    }

    private mutating func group(of resource: Resource) -> Int {
        if let known = groups.firstIndex(where: { $0.resource === resource }) { return known }
        var writer = Writer()
        writer.append(resource)
        byteCount += writer.bytes.count
        groups.append(ResourceGroup(resource: resource, content: writer.bytes))
        return groups.count - 1
    }

    private mutating func scope(_ scope: InstrumentationScope, in group: Int) -> Int {
        if let known = groups[group].scopes.firstIndex(where: { $0.scope == scope }) { return known }
        var writer = Writer()
        writer.begin(scope)
        byteCount += writer.bytes.count
        groups[group].scopes.append(ScopeGroup(scope: scope, content: writer))
        return groups[group].scopes.count - 1
    }
}
