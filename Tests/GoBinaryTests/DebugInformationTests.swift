import SystemPackage
import TestSupport
import Testing

@testable import GoBinary

/// A program that is built in all the ways that Go's own linker has.
struct OracleProgram: Sendable, CustomStringConvertible {
    var fixture: String
    var toolchain: GoToolchain
    /// Where its libraries come from, if it isn't a module.
    var gopath: String?
    var architecture = "amd64"

    static let all =
        GoToolchain.all.map { OracleProgram(fixture: "httpserver", toolchain: $0) }
        + ["println", "demo", "replaceable", "shapes", "tricks"].flatMap { fixture in
            GoToolchain.some.map { OracleProgram(fixture: fixture, toolchain: $0) }
        }
        + ["routers", "tricks"].flatMap { fixture in
            [
                OracleProgram(fixture: fixture, toolchain: .oldest, gopath: "bookworm"),
                OracleProgram(fixture: fixture, toolchain: .newest, gopath: "sid"),
            ]
        }
        + GoToolchain.some.map { OracleProgram(fixture: "httpserver", toolchain: $0, architecture: "arm64") }

    var description: String {
        "\(fixture) of Go \(toolchain.version) for \(architecture)" + (gopath.map { " with \($0)" } ?? "")
    }

    func path(_ mode: LinkMode) throws -> String {
        try toolchain.build(fixture, mode: mode, gopath: gopath, architecture: architecture)
    }

    func binary(_ mode: LinkMode) throws -> GoBinary {
        try GoBinary.read(from: FileByteSource(path: FilePath(try path(mode))))
    }
}

/// How much of what GoBinary finds was compared with what Go's own reader of DWARF finds, in one build or several.
private struct Tally {
    var structs = 0
    var fields = 0
    var maps = 0
    var types = 0
    /// Structs of builds without DWARF that are the same as those of the build with it.
    var alike = 0

    static func += (sum: inout Tally, other: Tally) {
        sum.structs += other.structs
        sum.fields += other.fields
        sum.maps += other.maps
        sum.types += other.types
        sum.alike += other.alike
    }
}

@Suite struct DebugInformationTests {
    @Test func agreesWithGoOnEveryType() async throws {
        var total = Tally()
        try await withThrowingTaskGroup(of: Tally.self) { group in
            for program in OracleProgram.all { group.addTask { try Self.compare(program) } }
            for try await tally in group { total += tally }
        }
        print(
            """
            Compared with DWARF: \(total.structs) structs with \(total.fields) fields, \(total.maps) maps, \(total.types) \
            types; \(total.alike) structs of other builds are the same.
            """)
        #expect(total.structs > 50_000)
        #expect(total.maps > 5_000)
        #expect(total.alike > 75_000)
    }

    /// `GOEXPERIMENT=noswissmap`, which Go 1.24 and 1.25 have, brings the maps of earlier releases back.
    @Test(arguments: GoToolchain.all.filter { [24, 25].contains($0.minor) })
    func readsClassicMapsOfReleasesWithSwissOnes(_ toolchain: GoToolchain) throws {
        let sources = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/shapes"
        let folder = try TemporaryFolder()
        for (mode, arguments) in [("plain", []), ("PIE", ["-buildmode=pie"])] {
            let path = "\(folder.path)/\(mode)"
            let made = try Command.run(
                [
                    "/usr/bin/env", "-C", sources, toolchain.command, "build", "-buildvcs=false",
                    "-o", path,
                ] + arguments + ["."],
                environment: [
                    "CGO_ENABLED": "0", "GOCACHE": "\(CacheFolder.path)/gocache", "GOEXPERIMENT": "noswissmap",
                    "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off",
                ])
            #expect(made.code == 0, "\(made.errors)")
            let oracle = try Oracle(path, kinds: Oracle.typeKinds)
            #expect(oracle.types.values.compactMap(\.map).allSatisfy { !$0.isSwiss })
            let binary = try GoBinary.read(from: FileByteSource(path: FilePath(path)))
            let tally = try Self.compare(binary, try Self.namedStructs(of: binary), oracle, mode)
            #expect(tally.maps > 20)
            #expect(tally.structs > 300)
        }
    }

    private static func compare(_ program: OracleProgram) throws -> Tally {
        var tally = Tally()
        let plain = try program.binary(.plain)
        let structs = try namedStructs(of: plain)
        tally += try compare(
            plain, structs, try Oracle(try program.path(.plain), kinds: Oracle.typeKinds), "\(program)")
        let pie = try program.binary(.pie)
        tally += try compare(
            pie, try namedStructs(of: pie), try Oracle(try program.path(.pie), kinds: Oracle.typeKinds),
            "\(program), PIE")

        let expected = structs.map(summary).sorted()
        for mode in [LinkMode.stripped, .pie, .strippedPIE] {
            let others = try namedStructs(of: try program.binary(mode)).map(summary).sorted()
            #expect(others == expected, "\(program) \(mode)")
            tally.alike += others.count
        }
        return tally
    }

    private static func namedStructs(of binary: GoBinary) throws -> [StructLayout] {
        var structs: [StructLayout] = []
        try binary.forEachNamedStruct { structs.append($0) }
        return structs
    }

    /// All of a struct that doesn't depend on where it is.
    private static func summary(_ layout: StructLayout) -> String {
        layout.fields.reduce("\(layout.package) \(layout.name) \(layout.size)") {
            "\($0) \($1.name) \($1.offset) \($1.kind.rawValue) \($1.isEmbedded)"
        }
    }

    private static func compare(
        _ binary: GoBinary, _ structs: [StructLayout], _ oracle: Oracle, _ what: String
    ) throws -> Tally {
        let base = binary.types.types.lowerBound
        let found = Dictionary(uniqueKeysWithValues: structs.map { ($0.typeAddress - base, $0) })
        var tally = Tally()
        for (position, expected) in oracle.types {
            let type = try binary.types.descriptor(at: base + position)
            #expect(type.kind.rawValue == expected.kind, "\(what): \(expected.name)")
            tally.types += 1
            if let map = expected.map {
                #expect(try geometry(of: binary.mapLayout(at: type.address)) == map, "\(what): \(expected.name)")
                tally.maps += 1
            }
            guard type.flags & TypeDescriptor.named != 0 else { continue }
            try expectToFind(type, as: expected, in: binary, what)
            guard let structure = expected.structure else { continue }
            let layout = try #require(found[position], "\(what): \(expected.name)")
            #expect(layout.size == structure.size, "\(what): \(expected.name)")
            let fields = zip(layout.fields, structure.fields).map { field, expected in
                Oracle.Field(
                    name: field.name, offset: field.offset, kind: field.kind.rawValue,
                    // DWARF doesn't always tell.
                    type: expected.type == 0 ? 0 : field.typeAddress - base, isEmbedded: field.isEmbedded)
            }
            #expect(layout.fields.count == structure.fields.count, "\(what): \(expected.name)")
            #expect(fields == structure.fields, "\(what): \(expected.name)")
            tally.structs += 1
            tally.fields += fields.count
        }
        return tally
    }

    /// Looks a named type up by its name.
    private static func expectToFind(
        _ type: TypeDescriptor, as expected: Oracle.DebugType, in binary: GoBinary, _ what: String
    ) throws {
        // Type arguments are spelt in other ways. Shapes, of which the compiler makes one for several instances, have no
        // package. Named pointer types may lack the pointer to them.
        guard !expected.name.contains("["), !expected.name.hasPrefix("go.shape."), type.kind != .pointer else { return }
        // Types of one name that functions declare are numbered.
        let fullName = expected.name.prefix { $0 != "·" }
        let end = fullName.lastIndex(of: "/").map { fullName.index(after: $0) } ?? fullName.startIndex
        let dot = fullName[end...].firstIndex(of: ".")
        // Dots in the last element of a path are escaped.
        let package = String(dot.map { fullName[..<$0] } ?? "").replacing("%2e", with: ".")
        let name = String(dot.map { fullName[fullName.index(after: $0)...] } ?? fullName)
        let found = try binary.types.namedTypes(name, in: package, kind: type.kind, .exact)
        #expect(found.map(\.typeAddress).contains(type.address), "\(what): \(expected.name)")
        #expect(found.allSatisfy { $0.package == package && $0.name == name })
    }

    private static func geometry(of layout: MapLayout?) -> Oracle.Map? {
        switch layout {
        case .classic(let bucket):
            Oracle.Map(
                isSwiss: false, size: bucket.bucketSize, keysOffset: bucket.keysOffset, keyStride: bucket.keySize,
                elemsOffset: bucket.elemsOffset, elemStride: bucket.elemSize)
        case .swiss(let group):
            Oracle.Map(
                isSwiss: true, size: group.groupSize, keysOffset: group.keysOffset, keyStride: group.keyStride,
                elemsOffset: group.elemsOffset, elemStride: group.elemStride)
        case nil: nil
        }
    }
}
