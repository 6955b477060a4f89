import Glibc
import TestSupport

/// An address of this machine beyond those that it has, which isn't one of its loopback's 127.0.0.0/8 either.
struct MachineAddress: ~Copyable {
    let text: String

    init() throws {
        let number = getpid()
        text = "10.123.\(number >> 8 & 0xff).\(number & 0xff)"
        let added = try Command.run(["/usr/bin/env", "ip", "address", "add", "\(text)/32", "dev", "lo"])
        guard added.code == 0 else { throw NoAddress(errors: added.errors) }
    }

    deinit {
        _ = try? Command.run(["/usr/bin/env", "ip", "address", "delete", "\(text)/32", "dev", "lo"])
    }
}

struct NoAddress: Error {
    var errors: String
}
