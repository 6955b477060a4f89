internal import FoundationEssentials

extension PartialSuccess {
    /// Reads an ExportTraceServiceResponse in Protobuf's JSON format, in which a 64-bit integer is a string, or a number.
    init(decodingJSON response: [UInt8]) throws {
        let response = try JSONDecoder().decode(Response.self, from: Data(response))
        self.init(
            rejected: UInt64(max(0, response.partialSuccess?.rejectedSpans?.value ?? 0)),
            message: response.partialSuccess?.errorMessage ?? "")
    }

    private struct Response: Decodable {
        struct Partial: Decodable {
            var rejectedSpans: Integer?
            var errorMessage: String?
        }

        struct Integer: Decodable {
            let value: Int64

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int64.self) {
                    value = number
                } else if let number = Int64(try container.decode(String.self)) {
                    value = number
                } else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "no integer")
                }
            }
        }

        var partialSuccess: Partial?
    }
}
