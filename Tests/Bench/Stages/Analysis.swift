import Glibc
import TestSupport

/// What `nodespan inspect` of a large binary takes beyond starting: Debian sid's prometheus, with a warm cache.
struct Analysis {
    private static let rounds = 9

    private var times: [Double] = []
    private var peaks: [Double] = []

    init(_ nodespan: String) throws {
        let binary = "\(CacheFolder.path)/debian/sid/prometheus/usr/bin/prometheus"
        guard access(binary, R_OK) == 0 else { throw BenchFailure("\(binary) is missing: run `make setup-tests`") }
        for round in 0...Self.rounds {
            let bare = try FinishedRun([nodespan, "--version"])
            let run = try FinishedRun([nodespan, "inspect", binary])
            // The first fills the caches.
            if round == 0 { continue }
            times.append((run.processorTime - bare.processorTime) / .milliseconds(1))
            peaks.append(Double(run.peakResident - bare.peakResident) / Double(1 << 20))
        }
    }

    var measurements: [Measurement] {
        [
            Measurement("CPU time", medianOf: times, .milliseconds, budget: 60),
            Measurement("peak memory", medianOf: peaks, .megabytes, budget: 16),
        ]
    }
}
