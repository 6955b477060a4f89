import Glibc
import GoBinary
import SystemPackage
import Workloads

/// What a file is that holds no Go program, where its kind tells what to name instead.
package enum UnsuitableFile: Error, Equatable, Sendable {
    /// For example "a folder".
    case irregular(String)
    case empty
    /// The path behind "#!".
    case script(interpreter: String)
    /// An executable of another system, for example "a Windows program".
    case foreign(String)
    /// An executable that unpacks the program into memory when it starts.
    case packed

    /// Nil for what may well be an ELF file that isn't packed.
    init?(_ file: ExecutableFile) {
        var status = stat()
        guard stat(file.handle.string, &status) == 0 else { return nil }
        if let kind = Self.kind(ofMode: status.st_mode & S_IFMT) {
            self = .irregular(kind)
            return
        }
        guard let source = try? FileByteSource(path: file.handle, name: file.path.string) else { return nil }
        let head = Self.bytes(of: source, at: 0)
        if source.size == 0 {
            self = .empty
        } else if head.starts(with: Array("#!".utf8)) {
            let line = head.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
            let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
            self = .script(interpreter: String(decoding: words.first ?? [], as: UTF8.self))
        } else if head.starts(with: Array("MZ".utf8)) {
            self = .foreign("a Windows program")
        } else if [[0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe]].contains(Array(head.prefix(4))) {
            self = .foreign("a macOS program")
        } else if head.starts(with: [0x7f] + Array("ELF".utf8)), Self.isPacked(head, source) {
            self = .packed
        } else {
            return nil
        }
    }

    private static func kind(ofMode mode: mode_t) -> String? {
        switch mode {
        case S_IFREG: nil
        case S_IFDIR: "a folder"
        case S_IFIFO: "a named pipe"
        default: "a device"
        }
    }

    /// UPX puts its mark in front of the code that unpacks, and behind what is packed (the structures `l_info` and
    /// `PackHeader` of its source).
    private static func isPacked(_ head: [UInt8], _ source: FileByteSource) -> Bool {
        let mark = Array("UPX!".utf8)
        let tail = bytes(of: source, at: source.size > UInt64(window) ? source.size - UInt64(window) : 0)
        return head.firstRange(of: mark) != nil && tail.firstRange(of: mark) != nil
    }

    /// Bytes that are looked at.
    private static let window = 512

    private static func bytes(of source: FileByteSource, at offset: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: window) { buffer, count in
            count = (try? source.read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
    }
}

extension UnsuitableFile: CustomStringConvertible {
    package var description: String {
        switch self {
        case .irregular(let kind): "\(kind), not an executable file"
        case .empty: "an empty file"
        case .script(let interpreter):
            "a script\(interpreter.isEmpty ? "" : ", run by \(interpreter)"); name the Go program that it starts, or its pid"
        case .foreign(let kind): "\(kind); nodespan traces Linux programs"
        case .packed: "packed by UPX, so that its code can't be read; run the program unpacked (upx -d)"
        }
    }
}
