/// What can be traced of one library in one executable, and what can't.
package struct LibraryReport: Sendable, Equatable {
    /// For example `net/http server`.
    package var name: String
    package var purpose: Purpose
    package var state: State
    /// Empty when the library is absent or refused.
    package var probes: [AttachPoint]
    /// Every field that was looked for and found, also when the library is refused.
    package var fields: [ResolvedField]
    package var missing: [Missing]

    package enum Purpose: String, Sendable {
        /// Makes spans.
        case spans
        /// Finds the route of a span where the server doesn't know it: armed only when asked for.
        case routes
        /// Writes the trace context of a client's span into the request that goes out: armed only where the kernel lets
        /// programs write to the memory of others.
        case propagation

        /// What is lost where a library lacks something that it requires.
        package var loss: String {
            switch self {
            case .spans: "the library can't be traced"
            case .routes: "no http.route from it"
            case .propagation: "no trace context in what it sends"
            }
        }
    }

    package enum State: String, Sendable {
        /// Everything that the program's release of the library offers.
        case ready
        /// Traced, with something lost that the release would offer: see `missing`.
        case partial
        /// The library isn't in the executable.
        case absent
        /// Something is missing without which the library can't be traced.
        case refused
    }
}

extension LibraryReport {
    /// Its programs walk chains of contexts: it makes spans that are children of a server's, or its calls may be requests
    /// that another server received.
    var walksContexts: Bool {
        purpose == .spans && !probes.isEmpty && (!name.hasSuffix(" server") || name == LibraryEntry.grpcServer.name)
    }
}

/// A struct field that the BPF programs read.
package struct ResolvedField: Sendable, Hashable {
    /// Full package path and name, for example `net/http.Request`.
    package var type: String
    package var field: String
    /// Bytes from the start of the struct.
    package var offset: UInt16
}

/// Something that the executable doesn't have.
package struct Missing: Sendable, Hashable {
    /// What it is, for example `net/http.Request.RemoteAddr` or `http_server_abort`.
    package var what: String
    /// Why it can't be had, for example `no such field`.
    package var reason: String
    /// What is lost without it, for example `no client.address and client.port`.
    package var consequence: String
}
