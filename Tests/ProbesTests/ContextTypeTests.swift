import CBPF
import GoBinary
import TestSupport
import Testing

@testable import Probes

@Suite struct `Where contexts hold the contexts that they were derived from` {
    /// A type of Tests/Fixtures/parents, or of Go's own, and where its values hold the parent.
    private struct Expected {
        var package: String
        var name: String
        /// What is in the interface.
        var isPointer: Bool
        var parent: UInt16
    }

    private static let own = [
        Expected(package: "main", name: "embedding", isPointer: false, parent: 0),
        Expected(package: "main", name: "embedding", isPointer: true, parent: 0),
        Expected(package: "main", name: "pointing", isPointer: false, parent: 0),
        Expected(package: "main", name: "named", isPointer: true, parent: 16),
        Expected(package: "main", name: "both", isPointer: false, parent: 16),
        Expected(package: "main", name: "both", isPointer: true, parent: 16),
        Expected(package: "main", name: "nested", isPointer: false, parent: 24),
        Expected(package: "main", name: "nested", isPointer: true, parent: 24),
        Expected(package: "main", name: "extending", isPointer: false, parent: 0),
        Expected(package: "main", name: "extending", isPointer: true, parent: 0),
        Expected(package: "context", name: "valueCtx", isPointer: true, parent: 0),
        Expected(package: "context", name: "cancelCtx", isPointer: true, parent: 0),
        Expected(package: "context", name: "timerCtx", isPointer: true, parent: 0),
    ]
    private static let since21 = [
        Expected(package: "context", name: "withoutCancelCtx", isPointer: false, parent: 0),
        Expected(package: "context", name: "stopCtx", isPointer: false, parent: 0),
    ]

    @Test(arguments: GoToolchain.all, [LinkMode.plain, .strippedPIE])
    func `is known of every type`(go: GoToolchain, mode: LinkMode) throws {
        let binary = try analyse("parents", go, mode).binary
        let types = try ContextTypes.find(in: binary)
        #expect(Set(types.map(\.hash)).count == types.count)
        for expected in Self.own + (go.minor >= 21 ? Self.since21 : []) {
            let hash = try self.hash(expected.package, expected.name, isPointer: expected.isPointer, in: binary)
            let found = types.first { $0.hash == hash }
            #expect(found == ContextType(hash: hash, parent: expected.parent), "\(expected)")
        }
        // Behind the pointer to the request.
        let request = try #require(try binary.structLayout(package: "net/http", name: "Request"))
        let context = try #require(request.field(named: "ctx"))
        let asking = try hash("main", "asking", isPointer: true, in: binary)
        #expect(
            types.first { $0.hash == asking }
                == ContextType(hash: asking, parent: 8, behind: UInt16(context.offset)))
    }

    private func hash(
        _ package: String, _ name: String, isPointer: Bool, in binary: GoBinary
    ) throws -> UInt32 {
        let type = try #require(try binary.namedType(package: package, name: name), "\(package).\(name)")
        return try binary.typeHash(at: isPointer ? type.pointerTypeAddress : type.typeAddress)
    }

    @Test(.enabled(if: DebianProgram.areFetched, "fetched by `make setup-tests`"), arguments: DebianProgram.all)
    func `takes no time in Debian's programs`(program: DebianProgram) throws {
        let binary = try program.analyse()
        _ = try binary.functionCopies(named: ["main.main"])
        var types: [ContextType] = []
        let time = try ContinuousClock().measure { types = try ContextTypes.find(in: binary) }
        print("\(program.testDescription): \(types.count) types of contexts in \(time)")
        #expect((4...Int(NS_CONTEXT_TYPES_MAX)).contains(types.count))
    }
}
