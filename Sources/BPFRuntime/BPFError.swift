import SystemPackage

/// A failed operation on the kernel: what, on what, and why.
package struct BPFError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done, such as "load" or "attach probes".
    package let operation: String
    /// On what: the name of an object, program or map, or a path.
    package let subject: String
    /// errno, positive.
    package let code: Int32
    /// The end of what libbpf and the kernel's verifier said about it; empty when they said nothing.
    package let log: String

    package init(_ operation: String, on subject: String, code: Int32, log: String = "") {
        self.operation = operation
        self.subject = subject
        self.code = code
        self.log = log
    }

    /// The code, in words and as a number.
    package var reason: String { "\(Errno(rawValue: code)) (errno \(code))" }

    package var description: String {
        let text = "\(operation) \(subject): \(reason)"
        return log.isEmpty ? text : "\(text)\n\(log)"
    }
}
