/// Whose files are mounted in a container, as /proc/PID/mountinfo shows it: the kubelet gives each container a file to
/// leave its last words in, `…/pods/UID/containers/NAME/ID`, and the pod's /etc/hosts, `…/pods/UID/etc-hosts`.
///
/// It is a second source: a file system that a pod brings along can hold folders of the same names. Files of more than
/// one pod therefore say nothing, and what control groups say goes before.
package struct ContainerMounts: Hashable, Sendable {
    /// With dashes; nil outside of pods.
    package let podUID: String?
    package let containerName: String?

    /// Text of any kind: lines of another form are passed over.
    package init(_ text: some Collection<UInt8>) {
        var uids: Set<String> = []
        var names: Set<String> = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // ID PARENT MAJOR:MINOR ROOT MOUNTPOINT ... (proc_pid_mountinfo(5))
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
            guard fields.count > 4, let owner = Self.owner(root: fields[3], mountPoint: fields[4]) else { continue }
            uids.insert(owner.podUID)
            if let name = owner.containerName { names.insert(name) }
        }
        podUID = uids.count == 1 ? uids.first : nil
        containerName = uids.count == 1 && names.count == 1 ? names.first : nil
    }

    /// Those of a process of this machine.
    package static func read(pid: Int32) throws(ProcfsError) -> ContainerMounts {
        ContainerMounts(try ProcFolder(pid: pid).contents(of: "mountinfo", limit: 1 << 20))
    }

    private static func owner(
        root: some Collection<UInt8>, mountPoint: some Collection<UInt8>
    ) -> (podUID: String, containerName: String?)? {
        // The kernel marks what was removed (fs/d_path.c, `dentry_path`).
        let mark = "//deleted".utf8
        let root = root.suffix(mark.count).elementsEqual(mark) ? root.dropLast(mark.count) : root[...]
        let names = root.split(separator: UInt8(ascii: "/"))
        // The first "pods": below it are the files that the pod itself makes.
        guard let pods = names.firstIndex(where: { $0.elementsEqual("pods".utf8) }) else { return nil }
        let rest = names[(pods + 1)...]
        guard let uid = rest.first.flatMap({ PodUID.normalized($0) }) else { return nil }
        let file = rest.dropFirst()
        if file.count == 1, let name = file.first, name.elementsEqual("etc-hosts".utf8) {
            return mountPoint.elementsEqual("/etc/hosts".utf8) ? (uid, nil) : nil
        }
        guard file.count == 3, file.first?.elementsEqual("containers".utf8) == true,
            let name = file.dropFirst().first.flatMap({ containerName($0) })
        else { return nil }
        return (uid, name)
    }

    /// The API server takes DNS labels only (RFC 1123).
    private static func containerName(_ bytes: some Collection<UInt8>) -> String? {
        guard (1...63).contains(bytes.count),
            bytes.allSatisfy({ ASCII.isLowercase($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
