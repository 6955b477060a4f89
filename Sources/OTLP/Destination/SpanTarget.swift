/// Where spans go.
package enum SpanTarget: Hashable, Sendable {
    case receiver(Receiver)
    case file(SpanFile)
    case console(ConsoleFormat)

    package enum ConsoleFormat: String, CaseIterable, Sendable {
        /// A tree, for people.
        case text
        /// A line for each span, for scripts.
        case json
    }

    /// Nil where nothing is sent to.
    package var receiver: Receiver? {
        if case .receiver(let receiver) = self { receiver } else { nil }
    }

    /// Nil where spans go to no file of its own.
    package var file: SpanFile? {
        if case .file(let file) = self { file } else { nil }
    }

    /// For messages and summaries: a URL, a path, or what it is.
    package var place: String {
        switch self {
        case .receiver(let receiver): receiver.endpoint.url
        case .file(let file): file.path
        case .console: "standard output"
        }
    }
}

/// A file of lines, each an export request in OTLP's JSON format, that is set aside when it has grown: to PATH.1, which was
/// there goes to PATH.2, and so on.
package struct SpanFile: Hashable, Sendable {
    package var path: String
    /// Beyond which it is set aside, bytes.
    package var size = 100 << 20
    /// Files that are kept of those set aside.
    package var kept = 5

    package init(path: String) {
        self.path = path
    }
}
