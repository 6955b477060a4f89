import Glibc

/// What is to be run where. NODESPAN_KERNELS names the suites whose kernels get all of it, and NODESPAN_KERNEL_REQUESTS and
/// NODESPAN_KERNEL_SECONDS how much load there is on the usual one; without them it is what doesn't take long.
enum Lab {
    #if arch(x86_64)
        static let obstacle: String? = {
            if access("/usr/bin/qemu-system-x86_64", X_OK) != 0 {
                return "needs qemu-system-x86: run `make setup-tests`"
            }
            if access("/bin/busybox", X_OK) != 0 { return "needs busybox-static: run `make setup-tests`" }
            return nil
        }()
    #else
        static let obstacle: String? = "needs x86-64"
    #endif

    private static let suites = text("NODESPAN_KERNELS").map { $0.split(separator: " ").map { String($0) } }

    static let kernels = suites.map { suites in Kernel.all.filter { suites.contains($0.suite) } } ?? Kernel.all

    static func features(on kernel: Kernel) -> [Feature] {
        let all = Feature.all(of: kernel)
        guard suites == nil, !kernel.isUsual else { return all }
        return all.filter { [.httpServer, .attachKinds, .healing, .doctor, .refusal].contains($0) }
    }

    static func load(on kernel: Kernel) -> Feature.Load {
        Feature.Load(
            requests: kernel.isUsual ? number("NODESPAN_KERNEL_REQUESTS") ?? 500 : 500,
            seconds: kernel.isUsual ? number("NODESPAN_KERNEL_SECONDS") ?? 9 : 9,
            releases: releases(on: kernel))
    }

    private static func releases(on kernel: Kernel) -> [String] {
        guard features(on: kernel).contains(.debian) else { return [] }
        return suites != nil && kernel.isUsual ? GuestPrograms.senders.map(\.1) : ["trixie"]
    }

    /// In seconds.
    static func limit(on kernel: Kernel) -> Int {
        let load = load(on: kernel)
        return 300 + load.requests / 10 + load.seconds * 3 + load.releases.count * 200
    }

    private static func text(_ variable: String) -> String? { getenv(variable).map { String(cString: $0) } }

    private static func number(_ variable: String) -> Int? { text(variable).flatMap { Int($0) } }
}
