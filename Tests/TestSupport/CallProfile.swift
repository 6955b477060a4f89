/// A CPU profile in pprof's format (github.com/google/pprof/proto/profile.proto) for `go build -pgo`, by which some calls
/// are the only hot ones of the program. The compiler takes a call for hot where samples end in the function called, and
/// knows the call by its line in the caller: here, each call is on each of the caller's first lines.
package struct CallProfile: Sendable {
    package struct Call: Sendable {
        let caller: String
        let callee: String

        /// - Parameters: the linker's names.
        package init(of callee: String, in caller: String) {
            self.caller = caller
            self.callee = callee
        }
    }

    /// The encoded profile.
    package let bytes: [UInt8]

    private static let lines: UInt64 = 300
    /// The line in the file at which every function starts.
    private static let start: UInt64 = 1000

    package init(_ calls: [Call]) {
        var strings = ["", "samples", "count", "cpu", "nanoseconds", "a.go"]
        var functions: [String: UInt64] = [:]
        var encoded =
            Self.field(1, Self.field(1, 1) + Self.field(2, 2)) + Self.field(1, Self.field(1, 3) + Self.field(2, 4))
        var location: UInt64 = 0
        func addLocation(of function: String, line: UInt64) -> UInt64 {
            let number = functions[function] ?? UInt64(functions.count) + 1
            functions[function] = number
            location += 1
            encoded += Self.field(
                4, Self.field(1, location) + Self.field(4, Self.field(1, number) + Self.field(2, line)))
            return location
        }
        for call in calls {
            let leaf = addLocation(of: call.callee, line: Self.start)
            for line in 0..<Self.lines {
                let caller = addLocation(of: call.caller, line: Self.start + line)
                encoded += Self.field(
                    2,
                    Self.field(1, Self.varint(leaf) + Self.varint(caller))
                        + Self.field(2, Self.varint(1000) + Self.varint(1000)))
            }
        }
        for (name, number) in functions.sorted(by: { $0.value < $1.value }) {
            strings.append(name)
            let text = UInt64(strings.count) - 1
            encoded += Self.field(
                5,
                Self.field(1, number) + Self.field(2, text) + Self.field(3, text) + Self.field(4, 5)
                    + Self.field(5, Self.start))
        }
        encoded += Self.field(11, Self.field(1, 3) + Self.field(2, 4)) + Self.field(12, 1)
        bytes = strings.reduce(into: encoded) { $0 += Self.field(6, Array($1.utf8)) }
    }

    private static func field(_ number: UInt64, _ value: UInt64) -> [UInt8] {
        varint(number << 3) + varint(value)
    }

    private static func field(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }
}

extension CallProfile {
    /// One by which net/http's servers are inlined where they begin and end requests.
    package static func hotServer(_ go: GoToolchain) -> CallProfile {
        let http2 = go.minor >= 27 ? "net/http/internal/http2.(*" : "net/http.(*http2"
        return CallProfile([
            Call(of: "net/http.serverHandler.ServeHTTP", in: "net/http.(*conn).serve"),
            Call(of: "\(http2)responseWriter).handlerDone", in: "\(http2)serverConn).runHandler.func1"),
        ])
    }

    /// One by which what net/http's clients call is inlined where they would be traced.
    package static func hotClient(_ go: GoToolchain) -> CallProfile {
        let (package, prefix) = go.minor >= 27 ? ("net/http/internal/http2", "") : ("net/http", "http2")
        let http2 = "\(package).(*\(prefix)"
        return CallProfile([
            Call(of: "net/http.(*Transport).alternateRoundTripper", in: "net/http.(*Transport).roundTrip"),
            Call(of: "net/http.Header.writeSubset", in: "net/http.(*Request).write"),
            Call(of: "\(package).\(prefix)shouldRetryRequest", in: "\(http2)Transport).RoundTripOpt"),
            Call(of: "bufio.(*Writer).Flush", in: "\(http2)ClientConn).writeHeaders"),
        ])
    }
}
