/// What one check of the machine found.
package struct CheckResult: Sendable, Equatable {
    package enum Status: String, Sendable {
        case pass
        /// Tracing works, at a cost or with a risk.
        case warn
        /// Something that can't be done without.
        case fail
        /// Not looked at.
        case skip
    }

    /// Stable, for scripts.
    package let id: String
    package let status: Status
    package let message: String
    /// What to do about it; empty where there is nothing to do.
    package let remedy: String
    /// It takes more rights to look, or to trace.
    package let lacksRights: Bool

    private init(_ id: String, _ status: Status, _ message: String, remedy: String, lacksRights: Bool = false) {
        self.id = id
        self.status = status
        self.message = message
        self.remedy = remedy
        self.lacksRights = lacksRights
    }

    static func pass(_ id: String, _ message: String) -> CheckResult {
        CheckResult(id, .pass, message, remedy: "")
    }

    static func warn(_ id: String, _ message: String, remedy: String) -> CheckResult {
        CheckResult(id, .warn, message, remedy: remedy)
    }

    static func fail(_ id: String, _ message: String, remedy: String, lacksRights: Bool = false) -> CheckResult {
        CheckResult(id, .fail, message, remedy: remedy, lacksRights: lacksRights)
    }

    /// Nothing is there to be looked at.
    static func skip(_ id: String, _ message: String, remedy: String = "") -> CheckResult {
        CheckResult(id, .skip, message, remedy: remedy)
    }

    static func notPermitted(_ id: String, to action: String) -> CheckResult {
        CheckResult(id, .skip, "not permitted to \(action)", remedy: "run as root", lacksRights: true)
    }
}
