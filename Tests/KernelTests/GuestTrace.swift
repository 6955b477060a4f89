import FoundationEssentials

/// What one `nodespan trace --format json` gave in a guest.
struct GuestTrace {
    struct Span: Decodable {
        var name: String
        var kind: String
        var attributes: Attributes
    }

    struct Attributes: Decodable {
        enum CodingKeys: String, CodingKey {
            case path = "url.path"
            case query = "url.query"
            case status = "http.response.status_code"
            case route = "http.route"
        }

        var path: String
        var query: String?
        var status: Int
        var route: String?
    }

    struct Summary: Decodable, Equatable {
        var begun: Int
        var exported: Int
        var unsampled: Int
        var inFlight: Int
        var losses: [String: Int]
    }

    let status: String
    let spans: [Span]
    let summary: Summary

    init(_ run: String, of guest: Guest) throws {
        let decoder = JSONDecoder()
        status = try guest["\(run).status"]
        spans = try guest["\(run).spans"].split(separator: "\n").map {
            try decoder.decode(Span.self, from: Data($0.utf8))
        }
        let errors = try guest["\(run).errors"]
        guard let line = errors.split(separator: "\n").last, line.hasPrefix("{") else {
            throw GuestFailure("\(run): no summary", console: errors)
        }
        summary = try decoder.decode(Summary.self, from: Data(line.utf8))
    }
}
