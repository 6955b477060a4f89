import Glibc

/// A system call that failed: which, on what, and errno.
package struct SystemCallFailure: Error, CustomStringConvertible {
    package let call: String
    package let subject: String
    package let code: CInt

    package init(_ call: String, _ subject: String, code: CInt = errno) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    package var description: String { "\(call) \(subject): \(String(cString: strerror(code)))" }
}
