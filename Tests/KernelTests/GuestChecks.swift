import FoundationEssentials

/// What `nodespan doctor --format json` said in a guest.
struct GuestChecks: Decodable {
    struct Check: Decodable {
        var id: String
        var status: String
        var message: String
        var remedy: String
    }

    private let checks: [Check]

    init(of guest: Guest) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(guest.text("best.diagnosed.checks").utf8))
    }

    /// The first with an id.
    subscript(_ id: String) -> Check? { checks.first { $0.id == id } }
}
