extension PartialSuccess {
    /// Reads an ExportTraceServiceResponse (opentelemetry-proto 1.x, collector/trace/v1).
    init(decoding response: [UInt8]) throws(ProtobufReader.Malformed) {
        self.init()
        var reader = ProtobufReader(response[...])
        while let (field, value) = try reader.next() {
            if field == 1, case .bytes(let content) = value { try read(content) }
        }
    }

    private mutating func read(_ content: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
        var reader = ProtobufReader(content)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            // An int64; a negative one makes no sense.
            case (1, .number(let count)): rejected = UInt64(max(0, Int64(bitPattern: count)))
            case (2, .bytes(let text)):
                self = PartialSuccess(rejected: rejected, message: String(decoding: text, as: UTF8.self))
            default: break
            }
        }
    }
}
