import Testing

@testable import Workloads

private let uid = "9f2c7d0e-4a1b-4c3d-8e5f-0123456789ab"
private let id = String(repeating: "0123456789abcdef", count: 4)

/// Every beginning of a text, and the text with each byte replaced by those that mean something somewhere.
private func variants(_ text: String, step: Int = 1) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    let others = Array("/:=,$()%\"{[-_ \n9a".utf8) + [0, 0xff]
    return stride(from: 0, to: bytes.count, by: step).flatMap { place in
        [Array(bytes[..<place])]
            + others.map { other in
                var changed = bytes
                changed[place] = other
                return changed
            }
    }
}

/// Pods, their programs and whoever may write their annotations are strangers.
@Suite struct `Text of strangers` {
    @Test(arguments: [
        "0::/kubepods.slice/kubepods-pod9f2c7d0e_4a1b_4c3d_8e5f_0123456789ab.slice/cri-containerd-\(id).scope\n",
        "3:cpu:/kubepods/pod\(uid)/\(id)\n1:name=systemd:/system.slice/a.service:cri-containerd:\(id)\n",
    ])
    func `names containers or doesn't, as control groups`(text: String) {
        for bytes in variants(text) {
            let groups = ControlGroups(bytes)
            _ = (groups.path, groups.systemdUnit, groups.systemdUserUnit)
            guard let found = ContainerIdentity(groups, mounts: nil) else { continue }
            #expect(found.containerID.map { $0.utf8.count == 64 && $0.utf8.allSatisfy(ASCII.isLowerHexDigit) } ?? true)
            #expect(found.podUID.map { PodUID.normalized($0.utf8) == $0 } ?? true)
        }
    }

    @Test func `names containers or doesn't, as mounts`() {
        let text =
            "1 2 8:1 /kubelet/pods/\(uid)/containers/app/1a2b /dev/log rw\n1 2 8:1 /pods/\(uid)/etc-hosts /etc/hosts rw"
        for bytes in variants(text) {
            let mounts = ContainerMounts(bytes)
            #expect(mounts.podUID.map { PodUID.normalized($0.utf8) == $0 } ?? true)
            #expect(mounts.containerName.map { (1...63).contains($0.utf8.count) } ?? true)
        }
    }

    @Test func `makes attributes that can be read, or none`() {
        for bytes in variants("a=b%20c, service.name=x,k8s.pod.name=p=q,\u{e9}=%c3%a9,") {
            let given = AttributeText(String(decoding: bytes, as: UTF8.self))
            let (text, omitted) = given.appending([
                ("key", "v,=% "), ("k\u{e9}", String(decoding: bytes, as: UTF8.self)),
            ])
            #expect(omitted.isEmpty && AttributeText(text).problem == nil)
            #expect((given.problem == nil) != given.text.isEmpty || bytes.isEmpty)
        }
    }

    @Test func `stands for itself where it means nothing`() {
        for bytes in variants("http://$(A):$$(B)$(C)/$(") {
            let text = String(decoding: bytes, as: UTF8.self)
            guard let expanded = VariableExpansion.expand(text, limit: 1000, value: { _ in nil }) else {
                Issue.record("\(text)")
                continue
            }
            #expect(expanded.replacing("$", with: "") == text.replacing("$", with: ""))
        }
        for bytes in variants("registry:5000/shop/app:v1@sha256:\(id)") + variants("1.5e3") + variants("100.25Gi") {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(ImageVersion.version(of: text).map { text.hasSuffix($0) } ?? true)
            _ = Quantity(text)?.rounded(thousandths: true)
        }
    }

    @Test func `makes settings or an error, as an object`() throws {
        let sound: Instrumentation = try KubernetesJSON.decode(from: Seed.instrumentation.utf8)
        var count = 0
        for bytes in variants(Seed.pod, step: 61) {
            guard let pod = try? KubernetesJSON.decode(Pod.self, from: bytes) else { continue }
            for wish in PodWishes(pod: pod, namespace: nil, instrumentations: [sound]).wishes {
                let owners = WorkloadOwners(of: pod, needsUIDs: true) { _ in nil }
                let settings = WorkloadSettings(wish, pod: pod, owners: owners, own: [:])
                #expect(AttributeText(settings.environment["OTEL_RESOURCE_ATTRIBUTES"] ?? "").problem == nil)
                count += 1
            }
        }
        #expect(count > 30)
    }
}
