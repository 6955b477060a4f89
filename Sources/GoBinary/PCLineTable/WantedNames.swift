/// Names of functions to look for, and how they are recognised among all names: by their last bytes first, since most
/// names begin alike.
struct WantedNames {
    private let byTail: [UInt32: [Wanted]]
    private let filter: [Bool]
    private let takesCopies: Bool

    private struct Wanted {
        let text: String
        let bytes: [UInt8]
    }

    /// - Parameter takesCopies: functions of vendored packages are wanted too: the path of one ends in `vendor/` and the
    ///   path of the package that it is a copy of.
    init(_ names: Set<String>, takesCopies: Bool) {
        self.takesCopies = takesCopies
        var byTail: [UInt32: [Wanted]] = [:]
        var filter = [Bool](repeating: false, count: 1 << 14)
        for name in names {
            let wanted = Wanted(text: name, bytes: Array(name.utf8))
            // They differ for a name of less than four bytes.
            for spelling in Set([name, "vendor/\(name)"]) {
                let tail = Array(spelling.utf8).withUnsafeBytes(Self.tail)
                if byTail[tail]?.contains(where: { $0.text == name }) != true {
                    byTail[tail, default: []].append(wanted)
                }
                filter[Self.slot(tail)] = true
            }
        }
        self.byTail = byTail
        self.filter = filter
    }

    /// The wanted name that a name is, or is a copy of.
    func wanted(_ name: String) -> String? {
        Array(name.utf8).withUnsafeBytes { wanted($0) }
    }

    @inline(__always)
    func wanted(_ name: UnsafeRawBufferPointer) -> String? {
        let tail = Self.tail(name)
        guard filter[Self.slot(tail)] else { return nil }
        return wanted(name, tail: tail)
    }

    private func wanted(_ name: UnsafeRawBufferPointer, tail: UInt32) -> String? {
        for wanted in byTail[tail] ?? [] where name.count >= wanted.bytes.count {
            let prefix = name.count - wanted.bytes.count
            guard prefix == 0 || takesCopies,
                UnsafeRawBufferPointer(rebasing: name[prefix...]).elementsEqual(wanted.bytes),
                Self.isVendor(UnsafeRawBufferPointer(rebasing: name[..<prefix]))
            else { continue }
            return wanted.text
        }
        return nil
    }

    /// Nothing, `vendor/`, or something that ends in `/vendor/`.
    private static func isVendor(_ prefix: UnsafeRawBufferPointer) -> Bool {
        guard !prefix.isEmpty else { return true }
        let end = prefix.suffix("/vendor/".utf8.count)
        return end.elementsEqual("/vendor/".utf8) || prefix.elementsEqual("vendor/".utf8)
    }

    /// The last four bytes, or all of a shorter name.
    @inline(__always)
    private static func tail(_ name: UnsafeRawBufferPointer) -> UInt32 {
        guard name.count >= 4 else { return name.reduce(0) { $0 << 8 | UInt32($1) } }
        return name.loadUnaligned(fromByteOffset: name.count - 4, as: UInt32.self)
    }

    @inline(__always)
    private static func slot(_ tail: UInt32) -> Int {
        Int((tail &* 0x9e37_79b1) >> 18)
    }
}
