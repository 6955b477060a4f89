/// The parts of an ELF file that say how it is loaded. Field offsets are those of `Elf64_Ehdr`, `Elf64_Phdr` and
/// `Elf64_Dyn` in elf(5).
struct ELF: Sendable {
    /// `e_type`.
    enum FileType: UInt16 {
        case executable = 2
        case shared = 3
    }

    let type: FileType
    let architecture: GoBinary.Architecture
    /// The `PT_LOAD` segments, in file order.
    let segments: [Segment]
    /// Empty when the file has no section headers, or none that can be read: nothing depends on them.
    let sections: [Section]
    let dynamic: DynamicSection
    /// The file names a dynamic linker, as programs do and libraries don't.
    let hasInterpreter: Bool

    var hasSymbolTable: Bool { sections.contains { $0.type == Section.symbolTable } }

    init(_ file: CachedFile) throws(GoBinaryError) {
        (type, architecture) = try Self.identify(file)
        let programHeaders = try ProgramHeader.all(in: file)
        segments = programHeaders.compactMap { $0.type == ProgramHeader.load ? $0.segment : nil }
        try Self.check(segments, fileSize: file.source.size)
        hasInterpreter = programHeaders.contains { $0.type == ProgramHeader.interpreter }
        sections = (try? Section.all(in: file)) ?? []
        dynamic = try DynamicSection(
            programHeaders.first { $0.type == ProgramHeader.dynamic }?.segment, in: file)
    }

    /// Bytes of loadable segments; the largest Go programs have a few hundred MB.
    private static let loadableLimit: UInt64 = 512 << 20
    /// Bytes that two neighbouring segments may have in common: they share a page of the file.
    private static let sharedPage: UInt64 = 64 << 10

    /// What is loaded must be in the file, and each part of it only once, so that looking through all segments takes no
    /// longer than reading the file.
    private static func check(_ segments: [Segment], fileSize: UInt64) throws(GoBinaryError) {
        guard !segments.isEmpty else { throw .corrupt("ELF file without loadable segments") }
        guard segments.allSatisfy({ $0.fileOffset + $0.fileSize <= fileSize }) else {
            throw .truncated("loadable segments")
        }
        // A sparse file may have room for sizes of which the sum has none.
        let loadable = segments.reduce(0) { $0 + min($1.fileSize, 1 << 48) }
        guard loadable <= fileSize + UInt64(segments.count) * sharedPage else {
            throw .corrupt("ELF segments that overlap in the file")
        }
        guard loadable <= loadableLimit else { throw .tooLarge("\(loadable) bytes of loadable segments") }
    }

    private static func identify(
        _ file: CachedFile
    ) throws(GoBinaryError) -> (FileType, GoBinary.Architecture) {
        guard file.source.size >= 4 else { throw .notELF }
        guard try file.load(UInt32.self, at: 0, "ELF header") == 0x464c_457f else { throw .notELF }
        switch try file.load(UInt8.self, at: 4, "ELF header") {
        case 2: break
        case 1: throw .unsupported("32-bit")
        case let other: throw .corrupt("ELF class \(other)")
        }
        switch try file.load(UInt8.self, at: 5, "ELF header") {
        case 1: break
        case 2: throw .unsupported("big-endian")
        case let other: throw .corrupt("ELF data encoding \(other)")
        }
        let machine = try file.load(UInt16.self, at: 18, "ELF header")
        guard let architecture = GoBinary.Architecture(machine: machine) else {
            throw .unsupported(Self.machines[machine] ?? "ELF machine \(machine)")
        }
        let type = try file.load(UInt16.self, at: 16, "ELF header")
        switch type {
        case 1: throw .unsupported("object file")
        case 4: throw .unsupported("core file")
        default: break
        }
        guard let type = FileType(rawValue: type) else { throw .corrupt("ELF type \(type)") }
        return (type, architecture)
    }

    /// Other `e_machine` values for which Go has Linux ports (`internal/platform/zosarch.go`), and a few that it hasn't.
    private static let machines: [UInt16: String] = [
        2: "sparc", 3: "x86", 8: "mips", 20: "powerpc", 21: "powerpc64", 22: "s390x", 40: "arm", 43: "sparc64",
        243: "riscv", 247: "bpf", 258: "loongarch",
    ]
}

extension GoBinary.Architecture {
    /// - Parameter machine: `e_machine`.
    fileprivate init?(machine: UInt16) {
        switch machine {
        case 62: self = .amd64
        case 183: self = .arm64
        default: return nil
        }
    }

    /// The relocation type of a word that holds an image-relative address before loading: `R_X86_64_RELATIVE` or
    /// `R_AARCH64_RELATIVE`.
    var relativeRelocation: UInt64 {
        switch self {
        case .amd64: 8
        case .arm64: 1027
        }
    }

    /// Bytes of the smallest instruction, which pclntab counts in (`cmd/internal/sys.Arch.MinLC`).
    var minimumInstructionSize: UInt8 {
        switch self {
        case .amd64: 1
        case .arm64: 4
        }
    }
}
