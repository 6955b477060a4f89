import Glibc

/// The executable under test.
package enum Nodespan {
    /// NODESPAN_BINARY, else the release build, else the debug build.
    package static func path() throws(MissingExecutable) -> String {
        if let named = getenv("NODESPAN_BINARY") { return String(cString: named) }
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        for build in ["release", "debug"] {
            let path = "\(root)/.build/\(build)/nodespan"
            if access(path, X_OK) == 0 { return path }
        }
        throw MissingExecutable()
    }

    /// Runs nodespan to its end.
    package static func run(_ arguments: [String], before: [String] = []) throws -> Command {
        try Command.run(before + [try path()] + arguments, limit: .seconds(30))
    }
}

package struct MissingExecutable: Error, CustomStringConvertible {
    package var description: String { "no nodespan to test: run `swift build`, or name one in NODESPAN_BINARY" }
}
