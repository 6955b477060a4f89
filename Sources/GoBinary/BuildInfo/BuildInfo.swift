/// What `go version -m` prints: how the program was built (`runtime/debug.BuildInfo`).
package struct BuildInfo: Sendable, Equatable {
    /// For example `go1.27.3` or `go1.24.4 X:nosynchashtriemap`. Empty if the program doesn't carry it.
    package var goVersion: String
    /// The import path of the main package. Empty for programs built without module information.
    package var mainPath: String
    /// The main module first, then its dependencies; a replaced module appears as its replacement.
    package var modules: [Module]
    /// For example `-buildmode`, `-ldflags`, `GOARCH`, `vcs.revision`.
    package var settings: [String: String]

    package struct Module: Sendable, Equatable {
        package var path: String
        /// For example `v1.83.1` or `(devel)`. Empty for a replacement that is a directory.
        package var version: String

        package init(path: String, version: String) {
            self.path = path
            self.version = version
        }
    }

    package init(
        goVersion: String, mainPath: String = "", modules: [Module] = [], settings: [String: String] = [:]
    ) {
        self.goVersion = goVersion
        self.mainPath = mainPath
        self.modules = modules
        self.settings = settings
    }

    /// The `27` of `go1.27.3` or `devel go1.27-0123abc`, if the version can be read.
    package var goMinorVersion: Int? {
        for word in goVersion.split(separator: " ") where word.hasPrefix("go1.") {
            return Int(word.dropFirst("go1.".count).prefix { $0.isASCII && $0.isNumber })
        }
        return nil
    }

    /// Takes in the text that the linker leaves in the program: lines of fields that tabs separate.
    mutating func add(modules text: String) {
        for line in text.utf8.split(separator: UInt8(ascii: "\n")).map(Substring.init) {
            let fields = line.utf8.split(separator: UInt8(ascii: "\t"), maxSplits: 3, omittingEmptySubsequences: false)
                .map { String(Substring($0)) }
            guard fields.count >= 2 else { continue }
            let version = fields.count > 2 ? fields[2] : ""
            switch fields[0] {
            case "path": mainPath = fields[1]
            case "mod", "dep": modules.append(Module(path: fields[1], version: version))
            case "=>":
                guard !modules.isEmpty else { break }
                modules[modules.count - 1] = Module(path: fields[1], version: version)
            case "build": addSetting(line.dropFirst("build\t".count))
            default: break
            }
        }
    }

    private mutating func addSetting(_ text: Substring) {
        guard let equals = text.firstIndex(of: "=") else { return }
        let value = text[text.index(after: equals)...]
        settings[Self.unquoted(text[..<equals])] = Self.unquoted(value)
    }

    /// Undoes `strconv.Quote` as far as build settings need it.
    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let quote = text.first, quote == text.last, quote == "\"" || quote == "`" else {
            return String(text)
        }
        let inner = text.dropFirst().dropLast()
        guard quote == "\"" else { return String(inner) }
        var result = ""
        var isEscaped = false
        for character in inner {
            if isEscaped {
                result.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }
}
