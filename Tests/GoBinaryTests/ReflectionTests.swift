import GoBinary
import SystemPackage
import TestSupport
import Testing

/// Tests/Fixtures/shapes says what Go's reflection finds in it while it runs; all of it can be read from its file.
@Suite struct ReflectionTests {
    static let builds =
        GoToolchain.all.flatMap { toolchain in [LinkMode.stripped, .strippedPIE].map { (toolchain, $0) } }
        + GoToolchain.some.flatMap { toolchain in [.gccPIE, .lldPIE].map { (toolchain, $0) } }

    @Test(arguments: builds)
    func readsWhatReflectionTells(_ toolchain: GoToolchain, _ mode: LinkMode) throws {
        let path = try toolchain.build("shapes", mode: mode)
        let program = try Command.run([path])
        #expect(program.code == 0, "\(program.errors)")
        var reader = try ShapesReader(try GoBinary.read(from: FileByteSource(path: FilePath(path))))
        var counts: [Substring: Int] = [:]
        for line in program.output.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            let found =
                switch words[0] {
                case "named": try reader.named(package: unquoted(words[1]), name: unquoted(words[2]))
                case "shape": try reader.shape(try #require(Int64(words[1])))
                case "path": try reader.path(type: String(words[1]), path: String(words[2]))
                case "itab":
                    try reader.itab(
                        of: try #require(Int64(words[1])), package: unquoted(words[2]), name: unquoted(words[3]))
                default: ""
                }
            #expect(found == line)
            counts[words[0], default: 0] += 1
        }
        #expect(counts["named"] == 41)
        #expect(counts["itab"] == 7)
        #expect(counts["shape", default: 0] > 150)
        #expect(counts["path", default: 0] > 550)
    }

    private func unquoted(_ word: Substring) -> String { String(word.dropFirst().dropLast()) }
}

/// Says the same as the program, from its file. Reflection numbers kinds as type descriptors do.
private struct ShapesReader {
    private let binary: GoBinary
    /// Address of the descriptor that all others count from.
    private let anchor: UInt64
    private var layouts: [String: StructLayout] = [:]

    init(_ binary: GoBinary) throws {
        self.binary = binary
        anchor = try #require(try binary.namedType(package: "main", name: "Anchor")).typeAddress
    }

    private func distance(_ address: UInt64) -> Int64 { Int64(address) - Int64(anchor) }

    private func address(_ distance: Int64) -> UInt64 { UInt64(Int64(anchor) + distance) }

    private func part(_ part: TypeShape.Part) -> String {
        "\(part.kind.rawValue)@\(distance(part.typeAddress))"
    }

    func named(package: String, name: String) throws -> String {
        let type = try #require(try binary.namedType(package: package, name: name, match: .exact), "\(package).\(name)")
        return
            "named \"\(type.package)\" \"\(type.name)\" \(type.kind.rawValue) \(distance(type.typeAddress)) "
            + "\(distance(type.pointerTypeAddress))"
    }

    func shape(_ distance: Int64) throws -> String {
        let address = address(distance)
        let text: String
        switch try binary.typeShape(at: address) {
        case .basic: text = "basic"
        case .array(let element, let length): text = "array \(length) \(part(element))"
        case .chan(let element, let direction): text = "chan \(direction.rawValue) \(part(element))"
        case .function(let parameters, let results, let isVariadic):
            text =
                "func \(isVariadic)" + parameters.map { " in \(part($0))" }.joined()
                + results.map { " out \(part($0))" }.joined()
        case .interface:
            let layout = try #require(try binary.interfaceLayout(at: address))
            text =
                "interface"
                + layout.methods.map {
                    " \($0.name) \($0.isExported) \(Kind.function.rawValue)@\(self.distance($0.typeAddress))"
                }.joined()
        case .map(let key, let element): text = "map \(part(key)) \(part(element))"
        case .pointer(let element): text = "pointer \(part(element))"
        case .slice(let element): text = "slice \(part(element))"
        case .structure: text = "struct"
        }
        return "shape \(distance) \(text)"
    }

    mutating func path(type: String, path: String) throws -> String {
        let names = type.split(separator: ".").map(String.init)
        let layout = try layouts[type] ?? #require(try binary.structLayout(package: names[0], name: names[1]))
        layouts[type] = layout
        guard let found = try binary.fieldPath(path, in: layout) else { return "path \(type) \(path) none" }
        let hops = found.hops.map(String.init).joined(separator: " ")
        return "path \(type) \(path) [\(hops)] \(found.kind.rawValue)@\(distance(found.typeAddress))"
    }

    func itab(of distance: Int64, package: String, name: String) throws -> String {
        let type = address(distance)
        let itab = try #require(try binary.itab(ofType: type, for: (package, name)), "\(package).\(name)")
        #expect(itab.typeAddress == type)
        #expect(try binary.itabs(ofType: type).contains(itab))
        let methods = itab.methods.map { " \(self.distance($0))" }.joined()
        return "itab \(distance) \"\(package)\" \"\(name)\" \(self.distance(itab.address))\(methods)"
    }
}
