import Testing
import Workloads

private let uid = "9f2c7d0e-4a1b-4c3d-8e5f-0123456789ab"
private let otherUID = "11111111-2222-3333-4444-555555555555"
private let hash = "d41d8cd98f00b204e9800998ecf8427e"
private let id = String(repeating: "0123456789abcdef", count: 4)

private func mount(_ root: String, _ point: String) -> String {
    "1201 1187 8:1 \(root) \(point) rw,relatime - ext4 /dev/sda1 rw\n"
}

private let rest =
    "1187 900 0:310 / / rw,relatime master:400 - overlay overlay rw,lowerdir=/a:/b\n1188 1187 0:5 / /proc rw - proc proc rw\n"

@Suite struct `The mounts of a process` {
    @Test(
        arguments: [
            (
                mount("/var/lib/kubelet/pods/\(uid)/containers/voting-svc/1a2b3c4d", "/dev/termination-log"), uid,
                "voting-svc"
            ),
            (mount("/var/lib/kubelet/pods/\(uid)/containers/app/1a2b3c4d", "/var/log/last-words"), uid, "app"),
            // The kubelet's folder may be a file system of its own, or elsewhere.
            (mount("/pods/\(uid)/containers/app/1a2b3c4d", "/dev/termination-log"), uid, "app"),
            (mount("/var/lib/k0s/kubelet/pods/\(uid)/containers/app/1a2b3c4d", "/dev/termination-log"), uid, "app"),
            (mount("/var/lib/kubelet/pods/\(uid)/etc-hosts", "/etc/hosts"), uid, nil),
            (mount("/pods/\(uid)/containers/app/1a2b3c4d//deleted", "/dev/termination-log"), uid, "app"),
            (mount("/var/lib/kubelet/pods/\(hash)/etc-hosts", "/etc/hosts"), hash, nil),
            (
                mount("/var/lib/kubelet/pods/\(uid)/etc-hosts", "/etc/hosts")
                    + mount("/var/lib/kubelet/pods/\(uid)/containers/app/1a2b3c4d", "/dev/termination-log"), uid, "app"
            ),
            // Nothing of the kubelet's.
            ("", nil, nil), (mount("/pods", "/srv"), nil, nil), (mount("/pods/\(uid)", "/srv"), nil, nil),
            (mount("/var/lib/kubelet/pods/\(uid)/etc-hosts", "/etc/other"), nil, nil),
            (mount("/pods/\(uid)/containers/App/1a", "/x"), nil, nil),
            (mount("/pods/\(uid)/containers/\(String(repeating: "a", count: 64))/1a", "/x"), nil, nil),
            (mount("/pods/\(uid)/containers/app", "/x"), nil, nil),
            (mount("/pods/\(uid)/containers/app/1a/b", "/x"), nil, nil),
            (mount("/pods/\(uid.dropLast())/containers/app/1a", "/x"), nil, nil),
            // Folders that a pod has made in its own volume.
            (
                mount(
                    "/var/lib/kubelet/pods/\(uid)/volumes/kubernetes.io~empty-dir/x/pods/\(otherUID)/containers/app/1a",
                    "/x"),
                nil, nil
            ),
            // More than one pod's, more than one container's.
            (
                mount("/pods/\(uid)/containers/app/1a", "/x") + mount("/pods/\(otherUID)/containers/app/1a", "/y"), nil,
                nil
            ),
            (mount("/pods/\(uid)/containers/app/1a", "/x") + mount("/pods/\(uid)/containers/web/1a", "/y"), uid, nil),
        ] as [(String, String?, String?)])
    func `name its pod and its container`(lines: String, pod: String?, name: String?) {
        let mounts = ContainerMounts((rest + lines).utf8)
        #expect(mounts.podUID == pod)
        #expect(mounts.containerName == name)
    }

    @Test(arguments: [
        "\n \n  \n", "1 2 3 /pods", "     ", String(repeating: "/pods", count: 20_000), "a b c /pods/// /",
    ])
    func `name nothing in nonsense`(text: String) {
        #expect(ContainerMounts(text.utf8).podUID == nil)
    }

    @Test func `are a second source of who a process is`() throws {
        let own = ContainerMounts(mount("/pods/\(uid)/containers/app/1a", "/dev/termination-log").utf8)
        func identity(_ path: String, _ mounts: ContainerMounts) -> ContainerIdentity? {
            ContainerIdentity(ControlGroups("0::\(path)\n".utf8), mounts: mounts)
        }
        let whole = try #require(identity("/kubepods/pod\(uid)/\(id)", own))
        #expect(whole.podUID == uid && whole.containerID == id && whole.containerName == "app")
        let hidden = try #require(identity("/../cri-containerd-\(id).scope", own))
        #expect(hidden.podUID == uid && hidden.containerID == id && hidden.containerName == "app")
        // A pod can't pass for another by what it mounts.
        let other = try #require(identity("/kubepods/pod\(otherUID)/\(id)", own))
        #expect(other.podUID == otherUID && other.containerName == nil)
        #expect(identity("/", own)?.podUID == uid)
        #expect(identity("/system.slice/a.service", ContainerMounts("".utf8)) == nil)
    }
}
