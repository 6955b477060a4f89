import Glibc

/// Messages for people, line by line. What a script wants is on standard output.
enum StandardError {
    static func print(_ message: String) {
        var line = message + "\n"
        line.withUTF8 { text in
            var rest = UnsafeRawBufferPointer(text)[...]
            while !rest.isEmpty {
                let written = write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written <= 0 { return }
                rest = rest.dropFirst(written)
            }
        }
    }
}
