import SystemPackage
import TestSupport

@testable import OTLP

/// A network namespace with nothing but its loopback, by ip-netns(8). Needs root.
struct NamedNetwork: ~Copyable {
    struct Failed: Error {
        var errors: String
    }

    let name = "nodespan-test-\(UInt32.random(in: 0 ... .max))"

    init() throws {
        for command in [["netns", "add", name], ["-n", name, "link", "set", "lo", "up"]] {
            let made = try Command.run(["/usr/bin/env", "ip"] + command)
            guard made.code == 0 else { throw Failed(errors: made.errors) }
        }
    }

    func open() throws -> NetworkNamespace {
        try NetworkNamespace(taking: try FileDescriptor.open("/run/netns/\(name)", .readOnly, options: .closeOnExec))
    }

    deinit {
        _ = try? Command.run(["/usr/bin/env", "ip", "netns", "delete", name])
    }
}
