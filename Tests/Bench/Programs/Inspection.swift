import FoundationEssentials
import TestSupport

/// The part of `nodespan inspect --format json` that tells how probes are handled.
struct Inspection: Decodable {
    private struct Library: Decodable {
        let name: String
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

    /// Programs of a library, and whether any of their sites holds an instruction that the kernel single-steps.
    func programs(of library: String) -> [(name: String, isStepped: Bool)] {
        let probes = libraries.filter { $0.name == library }.flatMap(\.probes)
        return Set(probes.map(\.program)).sorted().map { program in
            (program, probes.contains { $0.program == program && !$0.emulated })
        }
    }
}
