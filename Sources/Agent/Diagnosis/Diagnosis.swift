/// Whether this machine can run nodespan, check by check.
package struct Diagnosis: Sendable {
    package let results: [CheckResult]

    package enum Verdict: Sendable {
        case good
        case failed
        /// Rights are missing, so that not everything was looked at.
        case notPermitted
    }

    package init(of host: Host) async {
        var results: [CheckResult] = []
        for check in Self.checks { results += await check.results(on: host) }
        self.results = results
    }

    private static let checks: [any Check] = [
        PrivilegeCheck(), KernelCheck(), LockdownCheck(), TypeInformationCheck(), BPFCheck(), ClockCheck(),
        ProcessViewCheck(), CgroupCheck(), RecordCheck(), OtherTracersCheck(), CheckpointCheck(),
    ]

    package var verdict: Verdict {
        if results.contains(where: \.lacksRights) { return .notPermitted }
        return results.contains { $0.status == .fail } ? .failed : .good
    }
}
