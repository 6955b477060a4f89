import Glibc
import Testing
import Workloads

private let uid = "9f2c7d0e-4a1b-4c3d-8e5f-0123456789ab"
private let slice = "9f2c7d0e_4a1b_4c3d_8e5f_0123456789ab"
private let id = String(repeating: "0123456789abcdef", count: 4)
private let other = String(repeating: "fedcba9876543210", count: 4)
private let otherUID = "11111111-2222-3333-4444-555555555555"
private let kindPods = "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods"
private let hash = "d41d8cd98f00b204e9800998ecf8427e"

/// A path, and the pod and container that it is of.
struct PathCase: Sendable, CustomTestStringConvertible {
    let path: String
    let pod: String?
    let container: String?

    init(_ path: String, _ pod: String?, _ container: String?) {
        (self.path, self.pod, self.container) = (path, pod, container)
    }

    var testDescription: String { path }
}

private func identity(_ text: String, mounts: ContainerMounts? = nil) -> ContainerIdentity? {
    ContainerIdentity(ControlGroups(text.utf8), mounts: mounts)
}

@Suite struct `The container of a process, by its control groups` {
    @Test(arguments: [
        // containerd, systemd's driver, by quality of service
        PathCase(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(slice).slice/cri-containerd-\(id).scope",
            uid, id),
        PathCase(
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(slice).slice/cri-containerd-\(id).scope",
            uid, id),
        PathCase("/kubepods.slice/kubepods-pod\(slice).slice/cri-containerd-\(id).scope", uid, id),
        PathCase("/kubepods.slice/kubepods-pod\(slice).slice/cri-containerd-\(id).scope (deleted)", uid, id),
        // CRI-O, whose runtime crun makes a group of its own below
        PathCase(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(slice).slice/crio-\(id).scope", uid, id),
        PathCase(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(slice).slice/crio-\(id).scope/container",
            uid, id),
        PathCase("/kubepods/burstable/pod\(uid)/crio-\(id)", uid, id),
        // docker by cri-dockerd
        PathCase(
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod\(slice).slice/docker-\(id).scope", uid,
            id),
        // cgroupfs's driver; k3s has the same
        PathCase("/kubepods/burstable/pod\(uid)/\(id)", uid, id),
        PathCase("/kubepods/besteffort/pod\(uid)/\(id)", uid, id),
        PathCase("/kubepods/pod\(uid)/\(id)", uid, id),
        // the kubelet and the runtime of different minds
        PathCase("/system.slice/containerd.service/kubepods-burstable-pod\(slice).slice:cri-containerd:\(id)", uid, id),
        PathCase("/kubepods-besteffort-pod\(slice).slice:cri-containerd:\(id)", uid, id),
        PathCase("/system.slice/k3s.service/kubepods-pod\(slice).slice:cri-containerd:\(id)", uid, id),
        // kind and minikube: a node within a container
        PathCase(
            "\(kindPods)-besteffort.slice/kubelet-kubepods-besteffort-pod\(slice).slice/cri-containerd-\(id).scope",
            uid, id),
        PathCase("/docker/\(other)/kubelet/kubepods/burstable/pod\(uid)/\(id)", uid, id),
        PathCase(
            "/docker/\(other)\(kindPods)-pod\(slice).slice/cri-containerd-\(id).scope",
            uid, id),
        PathCase("/system.slice/docker-\(other).scope/kubepods/pod\(uid)/\(id)", uid, id),
        // seen from within a private namespace of control groups
        PathCase("/../../pod\(uid)/\(id)", uid, id),
        PathCase("/../kubepods-burstable-pod\(slice).slice/cri-containerd-\(id).scope", uid, id),
        PathCase("/../cri-containerd-\(id).scope", nil, id),
        PathCase("/../../\(id)", nil, id),
        // containers within a container of a pod
        PathCase("/kubepods/burstable/pod\(uid)/\(id)/docker/\(other)", uid, id),
        PathCase("/kubepods.slice/kubepods-pod\(slice).slice/cri-containerd-\(id).scope/docker/\(other)", uid, id),
        PathCase(
            "/kubepods.slice/kubepods-pod\(slice).slice/cri-containerd-\(id).scope/system.slice/docker-\(other).scope",
            uid, id),
        PathCase("/kubepods/pod\(uid)/\(id)/kubelet/kubepods/pod\(otherUID)/\(other)", uid, id),
        PathCase("/kubepods/pod\(uid)/\(id)/init.scope", uid, id),
        // pods of files, whose UID is a hash
        PathCase("/kubepods/burstable/pod\(hash)/\(id)", hash, id),
        PathCase(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(hash).slice/cri-containerd-\(id).scope",
            hash, id),
        // a pod without a container
        PathCase("/kubepods.slice/kubepods-pod\(slice).slice", uid, nil),
        PathCase("/kubepods/besteffort/pod\(uid)", uid, nil),
        PathCase("/kubepods/besteffort/pod\(uid)/own", uid, nil),
        // containers outside of Kubernetes
        PathCase("/docker/\(id)", nil, id),
        PathCase("/system.slice/docker-\(id).scope", nil, id),
        PathCase("/machine.slice/libpod-\(id).scope/container", nil, id),
        PathCase("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope", nil, id),
    ])
    func `is found in every shape of path`(sample: PathCase) throws {
        // The only hierarchy of version 2, and one of many of version 1.
        for text in ["0::\(sample.path)\n", "12:pids:/\n3:cpu,cpuacct:\(sample.path)\n1:name=systemd:/init\n"] {
            let found = try #require(identity(text))
            #expect(found.podUID == sample.pod && found.containerID == sample.container)
            #expect(found.containerName == nil)
        }
    }

    @Test(arguments: [
        "/", "/init.scope", "/system.slice/nginx.service", "/user.slice/user-1000.slice/session-3.scope",
        "/system.slice/containerd.service", "/kubepods.slice", "/kubepods/burstable",
        "/kubepods.slice/kubepods-burstable.slice",
        "/default/redis", "/kubepods/pod/\(id.dropLast())", "/kubepods/\(uid)", "/\(id)0", "/x\(id)",
        "/\(id.uppercased())",
        "/kubepods/podling-\(uid)", "/libpod\(uid)", "/pod\(uid.dropLast())", "/pod\(uid)0",
        // The monitor of a container isn't in it.
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod\(slice).slice/crio-conmon-\(id).scope",
        "/machine.slice/libpod-conmon-\(id).scope",
    ])
    func `is none where the path names none`(path: String) {
        #expect(identity("0::\(path)\n") == nil)
    }

    @Test func `is taken from the hierarchy that tells most`() throws {
        let pod = "/kubepods/pod\(uid)"
        #expect(try #require(identity("4:memory:\(pod)/\(id)\n1:name=systemd:\(pod)\n0::/\n")).containerID == id)
        #expect(try #require(identity("4:memory:/docker/\(other)\n1:name=systemd:\(pod)/\(id)\n")).containerID == id)
        #expect(try #require(identity("1:name=systemd:/docker/\(other)\n0::\(pod)/\(id)\n")).containerID == id)
        #expect(identity("4:memory:\(pod)/\(id)\n0::\(pod)/crio-conmon-\(other)\n") == nil)
    }

    @Test(arguments: [
        "", "\n\n\n", "0", "0:", "0::", "0::\n", ":::", "nonsense", "0::relative/pod\(uid)/\(id)", "0:/pod\(uid)/\(id)",
        "0::/\u{fffd}", "0::" + String(repeating: "/", count: 100_000), String(repeating: ":", count: 100_000),
        "0::/pod_/" + String(repeating: "pod", count: 50_000),
    ])
    func `isn't found in nonsense, which does no harm`(text: String) {
        #expect(identity(text) == nil)
        #expect(ControlGroups(text.utf8).systemdUnit == nil)
    }

    @Test func `is found beside bytes that are no text`() throws {
        let bytes =
            [0xff, 0xfe, UInt8(ascii: "\n")] + Array("0::/\u{e9}".utf8) + [0xff] + Array("/pod\(uid)/\(id)".utf8)
        let found = try #require(ContainerIdentity(ControlGroups(bytes), mounts: nil))
        #expect(found.podUID == uid && found.containerID == id)
    }

    @Test func `isn't found in half of a text`() {
        let text = Array("0::/kubepods/burstable/pod\(uid)/\(id)".utf8)
        for length in 0..<text.count {
            let found = ContainerIdentity(ControlGroups(text.prefix(length)), mounts: nil)
            #expect(found?.containerID == nil)
        }
    }
}

@Suite struct `The control groups of a process` {
    @Test(arguments: [
        ("0::/system.slice/nginx.service\n", "/system.slice/nginx.service"),
        ("4:cpu:/a\n1:name=systemd:/system.slice/b.service\n0::/\n", "/system.slice/b.service"),
        ("1:name=systemd:/b\n0::/c\n", "/c"), ("2:cpu:/\n", "/"), ("", "/"),
        ("0::/a:b/c (deleted)\n", "/a:b/c"),
    ])
    func `have one path that tells most`(text: String, path: String) {
        #expect(ControlGroups(text.utf8).path == path)
    }

    /// What systemd names units and groups: basic/cgroup-util.c and its tests.
    @Test(
        arguments: [
            ("/system.slice/nginx.service", "nginx.service", nil), ("/init.scope", "init.scope", nil),
            ("/system.slice/nginx.service/worker", "nginx.service", nil),
            ("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", nil),
            ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope", nil),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/app-shop.slice/shop.service",
                "user@1000.service",
                "shop.service"
            ),
            ("/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service", "init.scope"),
            ("/system.slice/_cpu.service", "cpu.service", nil), ("/system.slice/__odd.service", "_odd.service", nil),
            ("/system.slice/dbus.socket", "dbus.socket", nil), ("/system.slice", nil, nil), ("/", nil, nil),
            ("/docker/abc", nil, nil), ("/system.slice/.service", nil, nil), ("/system.slice/a.timer", nil, nil),
            ("/../../nginx.service", nil, nil), ("/system.slice/_", nil, nil),
        ] as [(String, String?, String?)])
    func `name systemd's unit`(path: String, unit: String?, userUnit: String?) {
        for groups in [
            ControlGroups("0::\(path)\n".utf8), ControlGroups("3:cpu:/\n1:name=systemd:\(path)\n0::/\n".utf8),
        ] {
            #expect(groups.systemdUnit == unit)
            #expect(groups.systemdUserUnit == userUnit)
        }
    }

    @Test func `are read of a running process`() throws {
        let groups = try ControlGroups.read(pid: getpid())
        #expect(!groups.paths.isEmpty && groups.path.hasPrefix("/"))
        _ = try ContainerMounts.read(pid: getpid())
        #expect(throws: ProcfsError.noSuchProcess(Int32.max)) { try ControlGroups.read(pid: .max) }
    }
}
