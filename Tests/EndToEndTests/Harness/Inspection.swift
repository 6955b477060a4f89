import FoundationEssentials
import TestSupport

/// What `nodespan inspect --format json` tells of probes.
struct Inspection: Decodable {
    private struct Library: Decodable {
        var probes: [Probe]
    }

    private struct Probe: Decodable {
        var program: String
        var emulated: Bool
    }

    private var libraries: [Library]

    init(of pid: Int32) throws {
        let run = try Nodespan.run(["inspect", "--format", "json", "\(pid)"])
        self = try JSONDecoder().decode(Inspection.self, from: Data(run.output.utf8))
    }

    /// Programs with a site that the kernel single-steps.
    var steppedPrograms: Set<String> {
        Set(libraries.flatMap(\.probes).filter { !$0.emulated }.map(\.program))
    }
}
