internal import Glibc
internal import SystemPackage

/// A mount of a file system, by the number that /proc/PID/mountinfo and /proc/PID/fdinfo have for it. The number is given to
/// another mount only when nothing keeps this one busy.
package struct MountID: Hashable, Sendable {
    private let number: Int

    /// The mount through which a file was opened (proc(5): "mnt_id:").
    init?(of file: FileDescriptor) {
        guard
            let text = try? ProcFolder(pid: getpid()).contents(of: "fdinfo/\(file.rawValue)", limit: 4096),
            let line = text.split(separator: UInt8(ascii: "\n")).first(where: { $0.starts(with: "mnt_id:".utf8) }),
            let number = Int(String(decoding: line.dropFirst(7), as: UTF8.self).filter { $0.isNumber })
        else { return nil }
        self.number = number
    }

    /// Whether somebody may want to unmount it: it is seen here or by init, and isn't what everything else is mounted on. A
    /// container's mounts go with its last process, whatever keeps them busy.
    package var mayBeUnmounted: Bool {
        [getpid(), 1].contains { pid in
            guard let text = try? ProcFolder(pid: pid).contents(of: "mountinfo", limit: 8 << 20) else { return false }
            return text.split(separator: UInt8(ascii: "\n")).contains { line in
                // ID PARENT MAJOR:MINOR ROOT MOUNTPOINT ...
                let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
                return fields.count > 4 && Int(String(decoding: fields[0], as: UTF8.self)) == number
                    && !fields[4].elementsEqual("/".utf8)
            }
        }
    }
}
