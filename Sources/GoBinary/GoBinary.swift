/// A Go executable: what it was built from, its functions, and the layouts of its types, all read from the metadata
/// that the Go runtime itself needs, so that stripping a program hides nothing.
///
/// All addresses are image-relative. The file is read when something is asked for, and must stay as it is.
package struct GoBinary: Sendable {
    /// Go's name of it, as in `GOARCH`.
    package enum Architecture: String, Sendable {
        case amd64
        case arm64
    }

    package enum BuildMode: String, Sendable {
        case exe
        case pie
        case cShared = "c-shared"
    }

    package let buildInfo: BuildInfo
    package let architecture: Architecture
    package let buildMode: BuildMode
    /// There is no symbol table. Nothing here needs one.
    package let isStripped: Bool

    let image: Image
    let functionTable: FunctionTable
    let types: TypeTable

    /// Recognises a Go executable and finds its tables. Throws `notELF`, `unsupported`, `notGo` and `unsupportedGo` for
    /// files that are none.
    /// - Parameter budget: what all that is asked of the executable may cost; then `overBudget` is thrown.
    package static func read(
        from source: some ByteSource, budget: AnalysisBudget = AnalysisBudget()
    ) throws(GoBinaryError) -> GoBinary {
        let image = try Image(source, budget)
        let buildInfo = try BuildInfoReader(image: image).find()
        if let version = buildInfo?.goVersion, let minor = buildInfo?.goMinorVersion, minor < 19 {
            throw .unsupportedGo(version)
        }
        guard let functions = try FunctionTable.find(in: image) else {
            guard let buildInfo else { throw .notGo }
            // The obfuscator garble says `unknown` for the release, and gives the function table another magic number.
            guard buildInfo.goMinorVersion != nil || !buildInfo.modules.isEmpty else {
                throw .obfuscated
            }
            throw .corrupt("build information of Go, but no function table (pclntab)")
        }
        return GoBinary(image, functions, buildInfo ?? BuildInfo(goVersion: ""))
    }

    private init(_ image: Image, _ functions: FunctionTable, _ buildInfo: BuildInfo) {
        self.image = image
        self.buildInfo = buildInfo
        functionTable = functions
        types = TypeTable(functions.module, image)
        architecture = image.elf.architecture
        isStripped = !image.elf.hasSymbolTable
        buildMode =
            switch image.elf.type {
            case .executable: .exe
            case .shared: image.elf.hasInterpreter || image.elf.dynamic.isProgram ? .pie : .cShared
            }
    }

    /// Where what is loaded at `address` is in the file, or nil if it isn't from the file.
    package func fileOffset(of address: UInt64) -> UInt64? {
        image.fileOffset(of: address)
    }
}
