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

    /// What it would be if the catalogue had no other libraries than those of these names.
    package func limited(to names: Set<String>) -> PlanOutcome {
        let libraries = libraries.filter { names.contains($0.name) }
        guard case .plan(var plan) = self, libraries.contains(where: { !$0.probes.isEmpty }) else {
            return .refusal(PlanRefusal(libraries))
        }
        plan.libraries = libraries
        return .plan(plan)
    }
}

/// Why nothing in an executable can be traced.
package enum PlanRefusal: Sendable, Equatable {
    /// None of the catalogue's libraries is in the executable.
    case noLibrary(libraries: [LibraryReport])
    /// There are known libraries in it, and each lacks something that tracing it requires.
    case requirementMissing(libraries: [LibraryReport])

    /// Of libraries none of which makes spans.
    init(_ libraries: [LibraryReport]) {
        self =
            Self.decisive(libraries).contains { $0.state != .absent }
            ? .requirementMissing(libraries: libraries) : .noLibrary(libraries: libraries)
    }

    /// Those that find routes go without saying, unless there are no others.
    private static func decisive(_ libraries: [LibraryReport]) -> [LibraryReport] {
        let spans = libraries.filter { $0.purpose == .spans }
        return spans.isEmpty ? libraries : spans
    }

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
            "nothing in it that can be traced: \(Self.absence(of: libraries))"
        case .requirementMissing(let libraries):
            libraries.filter { $0.state == .refused }.map(Self.describe).joined(separator: "; ")
        }
    }

    /// For people: "no net/http server, no …".
    package static func absence(of libraries: [LibraryReport]) -> String {
        decisive(libraries).map { "no \($0.name)" }.joined(separator: ", ")
    }

    private static func describe(_ library: LibraryReport) -> String {
        let reasons = library.missing.map { "\($0.what): \($0.reason)" }
        return "\(library.name) can't be traced (\(reasons.joined(separator: ", ")))"
    }
}
