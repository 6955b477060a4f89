internal import FoundationEssentials

/// Something that those who look at a pod should know (events.k8s.io/v1, Event): always a warning.
package struct PodEvent: Hashable, Sendable {
    package let pod: PodReference
    /// Why, in one word for machines: "UnknownInstrumentation".
    package let reason: String
    /// What was to be done: "Trace".
    package let action: String
    /// For people, with the remedy; cut to `noteLimit`.
    package let note: String

    /// Bytes that the API server takes of a note (pkg/apis/core/validation/events.go, `NoteLengthLimit`).
    package static let noteLimit = 1024
    /// As `noteLimit`, of the name of an object.
    private static let nameLimit = 253
    /// As `noteLimit`, of the name of who reports.
    private static let instanceLimit = 128

    package init(pod: PodReference, reason: String, action: String, note: String) {
        self.pod = pod
        self.reason = reason
        self.action = action
        guard note.utf8.count > Self.noteLimit else {
            self.note = note
            return
        }
        var end = note.utf8.index(note.startIndex, offsetBy: Self.noteLimit - "…".utf8.count)
        while end.samePosition(in: note.unicodeScalars) == nil { end = note.utf8.index(before: end) }
        self.note = note[..<end] + "…"
    }

    /// The same for the same event, after a restart, too, so that it isn't there twice.
    var name: String {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in [pod.uid, reason, action, note].joined(separator: "\n").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let suffix = String(hash, radix: 16)
        let stem = pod.name.prefix(Self.nameLimit - suffix.count - 1)
        return "\(stem.hasSuffix(".") || stem.hasSuffix("-") ? stem.dropLast() : stem).\(suffix)"
    }

    /// As the API server takes it.
    /// - Parameters:
    ///   - time: RFC 3339, with microseconds.
    ///   - node: the name of this node.
    func document(time: String, node: String) throws -> [UInt8] {
        struct Metadata: Encodable {
            let name: String
            let namespace: String
        }
        struct Regarding: Encodable {
            let apiVersion = "v1"
            let kind = "Pod"
            let namespace: String
            let name: String
            let uid: String
        }
        struct Document: Encodable {
            let apiVersion = "events.k8s.io/v1"
            let kind = "Event"
            let metadata: Metadata
            let eventTime: String
            let reportingController = "nodespan"
            let reportingInstance: String
            let action: String
            let reason: String
            let regarding: Regarding
            let note: String
            let type = "Warning"
        }
        return Array(
            try JSONEncoder().encode(
                Document(
                    metadata: Metadata(name: name, namespace: pod.namespace), eventTime: time,
                    reportingInstance: String(node.prefix(Self.instanceLimit)), action: action, reason: reason,
                    regarding: Regarding(namespace: pod.namespace, name: pod.name, uid: pod.uid), note: note)))
    }
}
