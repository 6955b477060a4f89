import CBPF
import GoBinary
import TestSupport
import Testing

@testable import Probes

@Suite struct `What tells who started a goroutine` {
    private func facts(of binary: GoBinary) throws -> ns_goroutine_facts {
        try GoroutineFacts(binary: binary, maker: try binary.function(named: GoroutineFacts.maker)).find()
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `is known of every release that has it`(go: GoToolchain, mode: LinkMode) throws {
        let binary = try analyse("parents", go, mode).binary
        let facts = try facts(of: binary)
        guard go.minor >= 21 else {
            #expect(facts.parent_goid == NS_ABSENT && facts.goid_counter == NS_NO_COUNTER)
            return
        }
        for (type, field, offset) in [
            ("g", "parentGoid", facts.parent_goid), ("g", "m", facts.m), ("m", "p", facts.p),
            ("p", "goidcache", facts.goid_cache),
        ] {
            let layout = try #require(try binary.structLayout(package: "runtime", name: type))
            #expect(layout.field(named: field)?.offset == UInt64(offset), "\(type).\(field)")
        }
        #expect(facts.goid_counter != NS_NO_COUNTER)
    }

    /// `goidgen` is the first field of `runtime.sched`, of which the symbol table says where it is.
    @Test(arguments: GoToolchain.all.filter { $0.minor >= 21 }, [LinkMode.plain, .pie])
    func `counts goroutines where the runtime does`(go: GoToolchain, mode: LinkMode) throws {
        let (path, binary) = try analyse("parents", go, mode)
        let symbols = try Command.run(["/usr/bin/nm", path]).output.split(separator: "\n")
        let symbol = try #require(symbols.first { $0.hasSuffix(" runtime.sched") })
        let address = UInt64(symbol.prefix { $0 != " " }, radix: 16)
        let start = try #require(binary.firstCode)
        #expect(address == start + UInt64(try facts(of: binary).goid_counter))
    }

    @Test(arguments: [UInt64(0xfff6), 0xfffe, 0xffff, 1 << 16, .max])
    func `is not looked for behind the largest offset`(offset: UInt64) throws {
        var program = try PatchedProgram(.newest, "parents")
        try program.move("goidcache", of: "p", in: "runtime", to: offset)
        let facts = try facts(of: try program.read())
        #expect(facts.parent_goid != NS_ABSENT && facts.goid_cache == NS_ABSENT)
        #expect(facts.goid_counter == NS_NO_COUNTER)
    }

    private static let code: [UInt8] = [
        0x90, 0xb9, 0x10, 0, 0, 0, 0x48, 0x8d, 0x15, 0x00, 0x01, 0, 0, 0xf0, 0x48, 0x0f, 0xc1, 0x0a, 0xc3,
    ]

    @Test func `is found in the code of any registers`() {
        #expect(AddedBatch.counter(in: Self.code, at: 0x1000) == 0x1000 + 13 + 0x100)
        // mov $16,%r9d; lea -1(%rip),%r11; lock xadd %r9,(%r11)
        let high: [UInt8] = [
            0x41, 0xb9, 0x10, 0, 0, 0, 0x4c, 0x8d, 0x1d, 0xff, 0xff, 0xff, 0xff, 0xf0, 0x4d, 0x0f, 0xc1, 0x0b,
        ]
        #expect(AddedBatch.counter(in: high, at: 0x1000) == 0x1000 + 13 - 1)
    }

    @Test func `is not taken for something else`() {
        #expect(AddedBatch.counter(in: [], at: 0) == nil)
        #expect(AddedBatch.counter(in: Self.code + Self.code, at: 0) == nil)
        for length in 0..<18 { #expect(AddedBatch.counter(in: Array(Self.code.prefix(length)), at: 0) == nil) }
        // Each of: another number, another register loaded, added or added to, no lock.
        for (position, byte) in [(2, UInt8(1)), (1, 0xba), (8, 0x0d), (17, 0x12), (17, 0x0b), (13, 0x90)] {
            var other = Self.code
            other[position] = byte
            #expect(AddedBatch.counter(in: other, at: 0) == nil, "byte \(position)")
        }
    }
}
