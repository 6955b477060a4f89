import Glibc
import TestSupport

/// What `nodespan inspect` of a program of Debian sid's takes beyond starting, with a warm cache.
struct Analysis {
    private static let rounds = 9

    private let title: String
    /// Milliseconds.
    private let budget: Double

    private var times: [Double] = []
    private var peaks: [Double] = []

    /// - Parameter budget: of processor time, milliseconds.
    init(_ nodespan: String, of program: String, in package: String, budget: Double) throws {
        title = program
        self.budget = budget
        let binary = "\(CacheFolder.path)/debian/sid/\(package)/usr/bin/\(program)"
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
            Measurement("\(title): CPU time", medianOf: times, .milliseconds, budget: budget),
            Measurement("\(title): peak memory", medianOf: peaks, .megabytes, budget: 16),
        ]
    }
}
