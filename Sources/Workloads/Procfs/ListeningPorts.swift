internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The TCP ports that processes listen on, as /proc shows them now. One is for one look at many processes: what they share,
/// the sockets of a network namespace, is read once.
package final class ListeningPorts: Sendable {
    /// So much of the sockets of one network namespace is read: of about 200,000.
    private static let tableLimit = 32 << 20
    /// TCP_LISTEN of include/net/tcp_states.h.
    private static let listening = "0A"

    /// Ports by inode of the socket, by network namespace.
    private let sockets = Mutex<[String: [UInt64: UInt16]]>([:])

    package init() {}

    /// Empty for a process that has ended, or that can't be looked at.
    package func ports(of pid: Int32) -> Set<UInt16> {
        let folder = ProcFolder(pid: pid)
        guard let namespace = try? folder.link("ns/net") else { return [] }
        let listening = sockets.withLock { $0[namespace] } ?? Self.table(of: folder)
        sockets.withLock { $0[namespace] = listening }
        if listening.isEmpty { return [] }
        var ports: Set<UInt16> = []
        for name in folder.names(in: "fd") {
            if let inode = (try? folder.link("fd/\(name)")).flatMap(Self.inode(ofLink:)), let port = listening[inode] {
                ports.insert(port)
            }
        }
        return ports
    }

    private static func table(of folder: ProcFolder) -> [UInt64: UInt16] {
        var ports: [UInt64: UInt16] = [:]
        for file in ["net/tcp", "net/tcp6"] {
            guard let bytes = try? folder.contents(of: file, limit: tableLimit) else { continue }
            ports.merge(Self.listening(in: String(decoding: bytes, as: UTF8.self))) { first, _ in first }
        }
        return ports
    }

    /// proc_pid_net(5): the second field is the address and port in hex, the fourth the state, the tenth the inode.
    package static func listening(in table: String) -> [UInt64: UInt16] {
        var ports: [UInt64: UInt16] = [:]
        for line in table.utf8.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10).map { String(Substring($0)) }
            guard fields.count > 9, fields[3] == listening, let colon = fields[1].lastIndex(of: ":"),
                let port = UInt16(fields[1][fields[1].index(after: colon)...], radix: 16), let inode = UInt64(fields[9])
            else { continue }
            ports[inode] = port
        }
        return ports
    }

    /// Of "socket:[4711]".
    private static func inode(ofLink text: String) -> UInt64? {
        guard text.hasPrefix("socket:["), text.hasSuffix("]") else { return nil }
        return UInt64(text.dropFirst("socket:[".count).dropLast())
    }
}
