import TestSupport
import Testing

/// Which of the names asked for are in a Go program, found by looking through the bytes of the file, without knowing any
/// of its formats.
struct NamesInFile {
    private let present: Set<String>

    /// - Parameter types: full names, for example `net/http.Request`.
    init(path: String, functions: some Sequence<String>, types: some Sequence<String>) throws {
        let wanted = functions.map(Self.bytes(ofFunction:)) + types.map(Self.bytes(ofType:))
        let search = """
            import sys
            data = open(sys.argv[1], "rb").read()
            print("\\n".join(text for text in sys.argv[2:] if bytes.fromhex(text) in data))
            """
        let made = try Command.run(["/usr/bin/env", "python3", "-c", search, path] + Set(wanted))
        try #require(made.code == 0, "\(made.errors)")
        present = Set(made.output.split(separator: "\n").map(String.init))
    }

    func hasFunction(_ name: String) -> Bool { present.contains(Self.bytes(ofFunction: name)) }
    func hasType(_ name: String) -> Bool { present.contains(Self.bytes(ofType: name)) }

    /// A function's name is between two zero bytes.
    private static func bytes(ofFunction name: String) -> String { hexadecimal([0] + Array(name.utf8) + [0]) }

    /// The name of the pointer to a type has its length in front: `*http.Request` for `net/http.Request`.
    private static func bytes(ofType name: String) -> String {
        let path = name.split(separator: "/")
        let parts = (path.last ?? "").split(separator: ".", maxSplits: 1)
        var package = parts[0]
        // A package is named for what comes before the major version in its path.
        if package.first == "v", package.dropFirst().allSatisfy(\.isNumber), path.count > 1 {
            package = path[path.count - 2]
        }
        let text = Array("*\(package).\(parts[1])".utf8)
        return hexadecimal([UInt8(text.count)] + text)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
