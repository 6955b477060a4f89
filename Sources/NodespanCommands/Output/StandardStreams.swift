import FoundationEssentials
import Glibc
import OTLP
import Spans
import SystemPackage

/// Messages for people.
enum StandardError {
    /// Prints lines. Names and paths in them come from strangers, so nothing in them can control the terminal.
    static func print(_ message: String) {
        var text = ""
        for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
            text += TerminalText(String(line)).text + "\n"
        }
        // Nobody has to read messages: each may be lost on its own.
        let stream = OutputStream(STDERR_FILENO)
        stream.comeToAnEnd()
        _ = stream.write(Array(text.utf8).span.bytes)
    }
}

/// The answer of a command that has one.
enum StandardOutput {
    /// Prints a document, for scripts.
    static func print(json document: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try print(String(decoding: try encoder.encode(document), as: UTF8.self))
    }

    static func print(_ text: String) throws(CommandFailure) {
        let stream = OutputStream(STDOUT_FILENO)
        if let failure = stream.write(Array((text + "\n").utf8).span.bytes).failure, failure != .brokenPipe {
            throw CommandFailure("can't write to standard output: \(failure)")
        }
    }
}

/// The descriptors 0 to 2.
package enum StandardStreams {
    /// Takes the numbers that the caller has closed, so that no file opened later gets one and is taken for a standard
    /// stream: reading input finds its end, writing output fails.
    package static func fillGaps() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDONLY)
        }
    }
}
