import FoundationEssentials
import TestSupport

/// The part of `nodespan inspect --format json` that tells how probes are handled.
struct Inspection: Decodable {
    private struct Library: Decodable {
        let probes: [Probe]
    }

    private struct Probe: Decodable {
        let program: String
        let emulated: Bool
    }

    private let libraries: [Library]

    init(_ nodespan: String, of file: String) throws {
        let run = try Command.run([nodespan, "inspect", "--format", "json", file])
        guard run.code == 0 else { throw BenchFailure("nodespan inspect \(file): \(run.errors)") }
        self = try JSONDecoder().decode(Inspection.self, from: Data(run.output.utf8))
    }

    /// Programs of which some site holds an instruction that the kernel single-steps.
    var steppedPrograms: Set<String> {
        Set(libraries.flatMap(\.probes).filter { !$0.emulated }.map(\.program))
    }
}
