/// One finished span as it is exported and shown.
package struct Span: Sendable {
    package enum Kind: Sendable {
        case `internal`
        case server
        case client
        case producer
        case consumer
    }

    package enum StatusCode: Sendable {
        case unset
        case ok
        case error
    }

    package struct Status: Hashable, Sendable {
        package var code: StatusCode
        /// For people; empty unless the code is `error` and the attributes don't say why already.
        package var message: String

        package init(code: StatusCode, message: String = "") {
            self.code = code
            self.message = message
        }
    }

    package struct Event: Hashable, Sendable {
        package var name: String
        package var timeUnixNano: UInt64
        package var attributes: [Attribute]
        /// Those that a limit left out.
        package var droppedAttributes: UInt32 = 0

        package init(name: String, timeUnixNano: UInt64, attributes: [Attribute] = []) {
            self.name = name
            self.timeUnixNano = timeUnixNano
            self.attributes = attributes
        }
    }

    package struct Link: Hashable, Sendable {
        package var traceID: TraceID
        package var spanID: SpanID
        package var flags: UInt8
        package var traceState: String
        package var attributes: [Attribute]
        /// Those that a limit left out.
        package var droppedAttributes: UInt32 = 0

        package init(
            traceID: TraceID, spanID: SpanID, flags: UInt8 = 0, traceState: String = "", attributes: [Attribute] = []
        ) {
            self.traceID = traceID
            self.spanID = spanID
            self.flags = flags
            self.traceState = traceState
            self.attributes = attributes
        }
    }

    package var traceID: TraceID
    package var spanID: SpanID
    /// Absent in the first span of a trace.
    package var parentSpanID: SpanID?
    /// The parent is in another process: its id came with the request.
    package var parentIsRemote: Bool
    /// W3C trace flags.
    package var flags: UInt8
    /// A valid W3C tracestate without optional white space, or empty.
    package var traceState: String
    package var name: String
    package var kind: Kind
    /// Nanoseconds since the Unix epoch.
    package var startUnixNano: UInt64
    /// Nanoseconds since the Unix epoch; never before the start.
    package var endUnixNano: UInt64
    package var status: Status
    /// In the order of emission, each key once.
    package var attributes: [Attribute]
    package var events: [Event]
    package var links: [Link]
    package var resource: Resource
    package var scope: InstrumentationScope
    /// What limits left out.
    package var droppedAttributes: UInt32 = 0
    package var droppedEvents: UInt32 = 0
    package var droppedLinks: UInt32 = 0

    package init(
        traceID: TraceID, spanID: SpanID, parentSpanID: SpanID? = nil, parentIsRemote: Bool = false, flags: UInt8 = 1,
        traceState: String = "", name: String, kind: Kind, startUnixNano: UInt64, endUnixNano: UInt64,
        status: Status = Status(code: .unset), attributes: [Attribute] = [], events: [Event] = [], links: [Link] = [],
        resource: Resource, scope: InstrumentationScope
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.parentSpanID = parentSpanID
        self.parentIsRemote = parentIsRemote
        self.flags = flags
        self.traceState = traceState
        self.name = name
        self.kind = kind
        self.startUnixNano = startUnixNano
        self.endUnixNano = endUnixNano
        self.status = status
        self.attributes = attributes
        self.events = events
        self.links = links
        self.resource = resource
        self.scope = scope
    }
}
