import Agent

/// What `doctor --format json` prints.
struct DoctorDocument: Encodable {
    struct Check: Encodable {
        let id: String
        let status: String
        let message: String
        /// Empty where there is nothing to do.
        let remedy: String
    }

    let checks: [Check]

    init(_ diagnosis: Diagnosis) {
        checks = diagnosis.results.map {
            Check(id: $0.id, status: $0.status.rawValue, message: $0.message, remedy: $0.remedy)
        }
    }
}
