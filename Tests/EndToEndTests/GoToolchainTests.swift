import TestSupport
import Testing

@Suite struct `Go toolchains` {
    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `build the fixture server`(go: GoToolchain, mode: LinkMode) throws {
        let binary = try go.build("httpserver", mode: mode)
        #expect(try readFile(binary).starts(with: [0x7f, 0x45, 0x4c, 0x46]))
        #expect(try go.build("httpserver", mode: mode) == binary)
    }
}
