internal import Glibc
package import Spans
package import SystemPackage

extension HostFacts {
    /// Reads what the machine tells of itself. What can't be read is left out.
    /// - Parameter root: the folder of its files.
    package static func ofThisMachine(root: FilePath = "/") -> HostFacts {
        let id = ["etc/machine-id", "var/lib/dbus/machine-id"].lazy.compactMap { text(of: root.appending($0)) }.first
        let release = ["etc/os-release", "usr/lib/os-release"].lazy.compactMap { text(of: root.appending($0)) }.first
        var names = utsname()
        let isNamed = uname(&names) == 0
        return HostFacts(
            name: isNamed ? withUnsafeBytes(of: names.nodename, string) : nil,
            id: id?.split(whereSeparator: \.isWhitespace).first.map(String.init),
            machine: isNamed ? withUnsafeBytes(of: names.machine, string) : nil,
            osRelease: OSRelease.variables(in: release ?? ""))
    }

    /// The first 64 KB of a file, or nil.
    private static func text(of path: FilePath) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        return try? file.closeAfter {
            try String(unsafeUninitializedCapacity: 1 << 16) { try file.read(into: UnsafeMutableRawBufferPointer($0)) }
        }
    }

    /// Up to the zero byte.
    private static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
