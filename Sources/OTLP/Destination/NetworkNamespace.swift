internal import CLinux
internal import Glibc
package import SystemPackage

/// Another network namespace than this process's own: a pod's, whose loopback is not that of the node.
package final class NetworkNamespace: Sendable {
    /// Of the namespace's file in nsfs: by these it is known.
    private let device: UInt64
    private let inode: UInt64
    private let descriptor: FileDescriptor

    /// - Parameter descriptor: of a process's ns/net. Closed in the end, also where this fails.
    package init(taking descriptor: FileDescriptor) throws(Errno) {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0 else {
            let error = Errno(rawValue: errno)
            try? descriptor.close()
            throw error
        }
        self.descriptor = descriptor
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    deinit {
        try? descriptor.close()
    }

    /// The addresses by which a host is reached in a network namespace: its loopback, and nothing else, since no name is looked
    /// up there. Empty for all others.
    static func addresses(of host: String) -> [String] {
        if host.lowercased() == "localhost" { return ["127.0.0.1", "::1"] }
        return IPAddressBytes(host)?.isLoopback == true ? [host] : []
    }

    /// Has the calling thread be in it from now on; none other of this process.
    func enter() throws(Errno) {
        guard enter_network_namespace(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}

extension NetworkNamespace: Hashable {
    package static func == (one: NetworkNamespace, other: NetworkNamespace) -> Bool {
        one.device == other.device && one.inode == other.inode
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(device)
        hasher.combine(inode)
    }
}
