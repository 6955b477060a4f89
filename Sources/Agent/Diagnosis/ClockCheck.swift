import SystemPackage

/// What a look at the clock costs; each probe takes one.
struct ClockCheck: Check {
    private static let path = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
    /// Read over a bus: about a microsecond a time.
    private static let slow: Set = ["hpet", "acpi_pm", "jiffies", "pit", "refined-jiffies"]

    func results(on host: Host) -> [CheckResult] {
        let source: String
        do throws(Errno) {
            source = try host.files.text(Self.path)
        } catch {
            return [.skip("clock", "\(Self.path): \(error)", remedy: "in a container, mount the host's /sys")]
        }
        if Self.slow.contains(source) {
            return [
                .warn(
                    "clock", "the clock source \(source) is slow or coarse, and every probe reads it",
                    remedy: "find in the kernel's log why it gave up its fast one (tsc, kvm-clock or arch_sys_counter)")
            ]
        }
        return [.pass("clock", "clock source \(source)")]
    }
}
