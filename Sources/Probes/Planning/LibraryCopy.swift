internal import GoBinary

/// One of the copies of a library that an executable has: its own, or one that is vendored. Two copies are two libraries
/// to the compiler, with types of their own.
struct LibraryCopy: Sendable, Hashable {
    /// What is in front of the library's package paths: nothing, `vendor/`, or a path that ends with `/vendor/`.
    let prefix: String

    /// The copy that a function belongs to, which the catalogue knows as `name`.
    init(of function: Function, named name: String) {
        prefix = String(function.name.utf8.dropLast(name.utf8.count)) ?? ""
    }

    /// What the copy calls a function or a package. Those of the standard library are what they are for all copies.
    func name(of path: String) -> String { Self.isStandard(path) ? path : prefix + path }

    /// Only paths outside of the standard library have a first element with a dot (cmd/go, `search.IsStandardImportPath`).
    private static func isStandard(_ path: String) -> Bool {
        guard let slash = path.utf8.firstIndex(of: UInt8(ascii: "/")) else { return true }
        return !path.utf8[..<slash].contains(UInt8(ascii: "."))
    }
}
