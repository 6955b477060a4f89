/// When a gRPC server wants to be asked again: google.rpc.RetryInfo, among the details of a google.rpc.Status (googleapis,
/// google/rpc/status.proto and error_details.proto).
enum RetryInfo {
    private static let type = "google.rpc.RetryInfo"

    /// The delay that a status names, or nil for none.
    /// - Parameter status: google.rpc.Status.
    static func delay(inStatus status: [UInt8]) -> Duration? {
        fields(of: status[...], numbered: 3).lazy.compactMap(delay(inDetail:)).first
    }

    /// - Parameter detail: google.protobuf.Any.
    private static func delay(inDetail detail: ArraySlice<UInt8>) -> Duration? {
        guard let url = fields(of: detail, numbered: 1).last,
            String(decoding: url, as: UTF8.self).split(separator: "/").last == Self.type[...]
        else { return nil }
        // Without a delay, which is what is left of a delay of zero: at once.
        let content = fields(of: detail, numbered: 2).last ?? []
        var reader = ProtobufReader(fields(of: content, numbered: 1).last ?? [])
        var (seconds, nanoseconds): (Int64, Int64) = (0, 0)
        while let field = try? reader.next() {
            switch field {
            case (1, .number(let number)): seconds = Int64(bitPattern: number)
            case (2, .number(let number)): nanoseconds = Int64(bitPattern: number)
            default: break
            }
        }
        // A Duration of Protocol Buffers is within 10,000 years; a negative one makes no sense here.
        let limit: Int64 = 315_576_000_000
        return .seconds(min(max(0, seconds), limit)) + .nanoseconds(min(max(0, nanoseconds), 999_999_999))
    }

    private static func fields(of message: ArraySlice<UInt8>, numbered number: UInt64) -> [ArraySlice<UInt8>] {
        var reader = ProtobufReader(message)
        var found: [ArraySlice<UInt8>] = []
        while let (field, value) = try? reader.next() {
            if field == number, case .bytes(let bytes) = value { found.append(bytes) }
        }
        return found
    }
}
