/// What became of planning the probes of one executable.
package enum PlanOutcome: Sendable {
    case plan(ProbePlan)
    case refusal(PlanRefusal)

    /// Every library of the catalogue.
    package var libraries: [LibraryReport] {
        switch self {
        case .plan(let plan): plan.libraries
        case .refusal(let refusal): refusal.libraries
        }
    }
}

/// Why nothing in an executable can be traced.
package enum PlanRefusal: Sendable, Equatable {
    /// None of the catalogue's libraries is in the executable.
    case noLibrary(libraries: [LibraryReport])
    /// There are known libraries in it, and each lacks something that tracing it requires.
    case requirementMissing(libraries: [LibraryReport])

    /// Every library of the catalogue.
    package var libraries: [LibraryReport] {
        switch self {
        case .noLibrary(let libraries), .requirementMissing(let libraries): libraries
        }
    }
}

extension PlanRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noLibrary(let libraries):
            "nothing in it that can be traced: "
                + libraries.filter { $0.purpose == .spans }.map { "no \($0.name)" }.joined(separator: ", ")
        case .requirementMissing(let libraries):
            libraries.filter { $0.state == .refused }.map(Self.describe).joined(separator: "; ")
        }
    }

    private static func describe(_ library: LibraryReport) -> String {
        let reasons = library.missing.map { "\($0.what): \($0.reason)" }
        return "\(library.name) can't be traced (\(reasons.joined(separator: ", ")))"
    }
}
