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

    /// Programs with a site that the kernel single-steps, but for those of routes, which are armed only when asked for.
    var steppedPrograms: Set<String> {
        let stepped = libraries.flatMap(\.probes).filter { !$0.emulated }.map(\.program)
        return Set(stepped.filter { !$0.hasPrefix("http_route") })
    }
}
