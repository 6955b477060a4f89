/// What is missing of a library so far, and how bad that is.
struct Tally {
    var purpose = LibraryReport.Purpose.spans
    private(set) var state: LibraryReport.State = .ready
    private(set) var missing: [Missing] = []

    /// `isOffered`: the program's release of the library has what is missing.
    mutating func miss(_ what: String, reason: String, need: Need, isOffered: Bool = true) {
        missing.append(Missing(what: what, reason: reason, consequence: need.consequence(for: purpose)))
        switch need {
        case .required: state = .refused
        case .optional where state == .ready && isOffered: state = .partial
        case .optional: break
        }
    }
}
