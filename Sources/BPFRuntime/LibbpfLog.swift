import CLibbpf
import Glibc
import Synchronization

/// What libbpf prints, kept instead of printed: it goes into the error of the call that failed.
enum LibbpfLog {
    /// Longest text kept, bytes. The verifier's verdict stands at the end of its log.
    static let limit = 4096

    private static let kept = Mutex<[UInt8]>([])
    /// One call at a time, so that a log belongs to the call.
    private static let turn = Mutex<Void>(())
    private static let installed: Void = {
        _ = libbpf_set_print { level, format, arguments in
            guard level != LIBBPF_DEBUG, let format, let arguments,
                let text = formatted_text(format, arguments)
            else { return 0 }
            defer { free(text) }
            let length = strlen(text)
            LibbpfLog.append(UnsafeRawBufferPointer(start: text, count: length))
            return Int32(clamping: length)
        }
    }()

    private static func append(_ text: UnsafeRawBufferPointer) {
        kept.withLock { bytes in
            bytes.append(contentsOf: text.suffix(limit))
            bytes.removeFirst(max(0, bytes.count - limit))
        }
    }

    /// Runs a libbpf call and returns its result with what was said meanwhile.
    static func during<Result>(_ call: () -> Result) -> (result: Result, log: String) {
        installed
        return turn.withLock { _ in
            kept.withLock { $0.removeAll(keepingCapacity: true) }
            let result = call()
            return (result, kept.withLock { String(decoding: $0, as: UTF8.self) })
        }
    }
}
