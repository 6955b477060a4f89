import CBPF
import GoBinary
import Probes
import SystemPackage
import TestSupport
import Testing

/// A fixture, analysed.
func analyse(_ fixture: String, _ go: GoToolchain, _ mode: LinkMode) throws -> (path: String, binary: GoBinary) {
    let path = try go.build(fixture, mode: mode)
    return (path, try GoBinary.read(from: try FileByteSource(path: FilePath(path))))
}

extension PlanOutcome {
    var plan: ProbePlan? {
        guard case .plan(let plan) = self else { return nil }
        return plan
    }

    var refusal: PlanRefusal? {
        guard case .refusal(let refusal) = self else { return nil }
        return refusal
    }
}

extension ProbePlan {
    func points(of program: String) -> [AttachPoint] { attachPoints.filter { $0.program == program } }
}

/// The facts as 16-bit words, but for the only one that is an address in the program.
func words(_ facts: ns_binary_facts) -> [UInt16] {
    var facts = facts
    facts.goroutine.goid_counter = UInt32(NS_NO_COUNTER)
    return withUnsafeBytes(of: facts) { Array($0.assumingMemoryBound(to: UInt16.self)) }
}
