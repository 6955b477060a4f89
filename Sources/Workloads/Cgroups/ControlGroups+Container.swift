extension ControlGroups {
    /// Which container of which pod the groups are made for. Container runtimes and the kubelet put the pod's UID and the
    /// container's id into the names, each in its way; what they have in common is looked for.
    ///
    /// The container's is the first id below the pod's, whatever a container that runs containers has made below its own.
    /// Nil for what is in no container, and for the monitor that CRI-O keeps beside each.
    var container: (podUID: String?, containerID: String?)? {
        let found = paths.compactMap(Self.container)
        if found.contains(where: \.isMonitor) { return nil }
        return mostTelling(of: found).map { ($0.podUID, $0.containerID) }
    }

    private struct Finding {
        let podUID: String?
        let containerID: String?
        /// "crio-conmon-ID.scope" holds CRI-O's monitor of a container, which runs in the host's namespaces.
        var isMonitor = false
    }

    private func mostTelling(of found: [Finding]) -> Finding? {
        found.first { $0.podUID != nil && $0.containerID != nil } ?? found.first { $0.containerID != nil }
            ?? found.first
    }

    private static func container(in path: String) -> Finding? {
        // A colon divides the names where a systemd-style path was given to a runtime that takes it for a folder's.
        let names = path.utf8.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }
        let pod = names.indices.lazy.compactMap { index in podUID(endOf: names[index]).map { (index, $0) } }.first
        let rest = pod.map { names[($0.0 + 1)...] } ?? names[...]
        guard let name = rest.first(where: { containerIDStart(in: $0) != nil }),
            let start = containerIDStart(in: name)
        else { return pod.map { Finding(podUID: $0.1, containerID: nil) } }
        return Finding(
            podUID: pod?.1, containerID: String(Substring(name[start...].prefix(64))),
            isMonitor: name[..<start].suffix(7).elementsEqual("conmon-".utf8))
    }

    /// "pod<UID>", "kubepods-burstable-pod<UID>.slice": the UID with dashes.
    private static func podUID(endOf name: Substring.UTF8View) -> String? {
        let name = dropping(".slice", from: name)
        for length in PodUID.lengths where name.count >= length + 3 {
            let uid = name.suffix(length)
            let before = name.dropLast(length)
            guard before.suffix(3).elementsEqual("pod".utf8),
                [nil, UInt8(ascii: "-")].contains(before.dropLast(3).last),
                let uid = PodUID.normalized(uid)
            else { continue }
            return uid
        }
        return nil
    }

    /// Where 64 hexadecimal digits begin that end the name, ".scope" apart.
    private static func containerIDStart(in name: Substring.UTF8View) -> Substring.UTF8View.Index? {
        let name = dropping(".scope", from: name)
        let id = name.suffix(64)
        guard id.count == 64, id.allSatisfy(ASCII.isLowerHexDigit) else { return nil }
        if let before = name.dropLast(64).last, ASCII.isAlphanumeric(before) { return nil }
        return id.startIndex
    }

    private static func dropping(_ suffix: String, from name: Substring.UTF8View) -> Substring.UTF8View {
        let length = suffix.utf8.count
        return name.suffix(length).elementsEqual(suffix.utf8) ? name.dropLast(length) : name
    }
}
