/// The UID of a pod as control groups and mounts show it: the API server's (RFC 4122), or, of a pod that the kubelet
/// made from a file, an MD5 in hexadecimal (kubelet/config/common.go, `applyDefaults`).
enum PodUID {
    /// Bytes of each form.
    static let lengths = [36, 32]

    /// The UID as the API server writes it. systemd's names of slices have underscores in place of its dashes.
    static func normalized(_ text: some Collection<UInt8>) -> String? {
        let dashed = text.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        let isUID =
            switch dashed.count {
            case 36:
                dashed.enumerated().allSatisfy { place, byte in
                    [8, 13, 18, 23].contains(place) ? byte == UInt8(ascii: "-") : ASCII.isHexDigit(byte)
                }
            case 32: isHash(dashed)
            default: false
            }
        return isUID ? String(decoding: dashed, as: UTF8.self) : nil
    }

    /// Whether it is of the second form.
    static func isHash(_ text: some Collection<UInt8>) -> Bool {
        text.count == 32 && text.allSatisfy(ASCII.isLowerHexDigit)
    }
}
