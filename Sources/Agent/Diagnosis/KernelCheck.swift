import SystemPackage

/// Which kernel it is. What it can do is tried, not concluded from this.
struct KernelCheck: Check {
    /// The oldest release that nodespan is tested on.
    private static let oldest = (6, 1)

    func results(on host: Host) -> [CheckResult] {
        let release: String
        do throws(Errno) {
            release = try host.files.text("/proc/sys/kernel/osrelease")
        } catch {
            return [.fail("kernel", "can't read its release: \(error)", remedy: "mount /proc")]
        }
        let numbers = release.split(whereSeparator: { $0 == "." || $0 == "-" }).prefix(2).compactMap { Int($0) }
        if numbers.count == 2, (numbers[0], numbers[1]) < Self.oldest {
            return [
                .warn(
                    "kernel", "Linux \(release) is older than nodespan is tested on",
                    remedy: "Linux \(Self.oldest.0).\(Self.oldest.1) or later")
            ]
        }
        return [.pass("kernel", "Linux \(release)")]
    }
}
