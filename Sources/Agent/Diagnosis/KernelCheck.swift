import BPFRuntime
import SystemPackage

/// Which kernel it is. What it can do is tried, not concluded from this.
struct KernelCheck: Check {
    func results(on host: Host) -> [CheckResult] {
        let release: String
        do throws(Errno) {
            release = try host.files.text("/proc/sys/kernel/osrelease")
        } catch {
            return [.fail("kernel", "can't read its release: \(error)", remedy: "mount /proc")]
        }
        if let version = Self.version(release), let oldest = Self.version(KernelFeatures.oldestKernel), version < oldest
        {
            return [
                .warn(
                    "kernel", "Linux \(release) is older than nodespan is tested on",
                    remedy: "Linux \(KernelFeatures.oldestKernel) or later")
            ]
        }
        return [.pass("kernel", "Linux \(release)")]
    }

    /// The first two numbers.
    private static func version(_ release: String) -> (Int, Int)? {
        let numbers = release.split(whereSeparator: { $0 == "." || $0 == "-" }).prefix(2).compactMap { Int($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }
}
