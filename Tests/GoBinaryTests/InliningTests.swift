import GoBinary
import SystemPackage
import TestSupport
import Testing

@Suite struct InliningTests {
    /// The symbol table and the debug information have full stops where the function table has middle dots, and type
    /// arguments where it has `[...]`.
    private func comparable(_ names: some Sequence<String>) -> Set<String> {
        Set(names.filter { !$0.contains("[") }.map { String($0.map { $0 == "·" ? "." : $0 }) })
    }

    @Test(arguments: Sample.withSymbols.filter { $0.mode == .plain })
    func findsWhatDebugInformationSaysIsInlined(_ sample: Sample) throws {
        let oracle = try Oracle(try sample.path(), kinds: ["I"])
        let binary = try sample.read()
        var compared = 0
        for function in try binary.functions(withPrefix: "net") {
            let found = try binary.inlinedFunctions(in: function)
            #expect(comparable(found) == comparable(oracle.inlined[function.address] ?? []), "\(function.name)")
            compared += found.count
        }
        #expect(compared > 1000)
        try compareCalls(in: binary, with: oracle)
    }

    private func compareCalls(in binary: GoBinary, with oracle: Oracle) throws {
        var callers: [String: Set<UInt64>] = [:]
        for (caller, callees) in oracle.inlined {
            for callee in comparable(callees) { callers[callee, default: []].insert(caller) }
        }
        let names = Set(callers.keys.filter { $0.hasPrefix("net/") || $0.hasPrefix("sync.") })
        #expect(names.count > 100)
        let calls = try binary.inlinedCalls(of: names.union(["net/http.(*conn).serve", "net/http.none"]))
        for name in names {
            let found = calls[name] ?? []
            #expect(Set(found.map(\.caller.address)) == callers[name], "\(name)")
            for call in found {
                let code = call.caller.address..<call.caller.address + call.caller.size
                #expect(call.callee == name)
                #expect(!call.addresses.isEmpty)
                #expect(
                    call.addresses.allSatisfy { code.lowerBound <= $0.lowerBound && $0.upperBound <= code.upperBound })
                #expect(call.callSite.map(code.contains) ?? true)
                let around = try binary.inlinedFunctions(in: call.caller)
                #expect(Set(call.path).isSubset(of: around))
            }
        }
        // One is never inlined, the other doesn't exist.
        #expect(calls["net/http.(*conn).serve"] == [])
        #expect(calls["net/http.none"] == nil)
    }

    @Test(arguments: Sample.all.filter { $0.mode.isStripped && !$0.mode.hasCgo })
    func findsTheSameCallsAfterStripping(_ sample: Sample) throws {
        let names: Set = ["net/http.Header.Get", "sync.(*Mutex).Lock", "net/http.(*conn).hijacked", "main.main"]
        func calls(_ sample: Sample) throws -> [String: [String]] {
            try sample.read().inlinedCalls(of: names).mapValues { calls in
                calls.filter { $0.caller.name.hasPrefix("net/http.") }.map { call in
                    let body = call.addresses.map { "\($0.lowerBound - call.caller.address)+\($0.count)" }
                    return "\(call.caller.name): \(call.path) \(body)"
                }.sorted()
            }
        }
        let found = try calls(sample)
        #expect((found["net/http.Header.Get"]?.count ?? 0) > 10)
        var whole = sample
        whole.mode = sample.mode.isPIE ? .pie : .plain
        let expected = try calls(whole)
        #expect(found == expected)
    }

    /// Chains of calls lead from the function that was compiled to the one inlined.
    @Test(arguments: Sample.all.filter { $0.mode == .stripped }) func tellsThroughWhichCalls(_ sample: Sample) throws {
        let binary = try sample.read()
        let calls = try binary.inlinedCalls(of: ["net/http.(*Server).shuttingDown"])
        let nested = calls.values.joined().filter { !$0.path.isEmpty }
        #expect(nested.contains { $0.path == ["net/http.(*Server).doKeepAlives"] })
        let outer = try binary.inlinedCalls(of: Set(nested.compactMap(\.path.last)))
        for call in nested {
            let around = outer[call.path.last ?? ""]?.filter {
                $0.caller == call.caller && $0.path == call.path.dropLast()
            }
            #expect(
                around?.contains { outer in
                    call.addresses.allSatisfy { inner in outer.addresses.contains { $0.contains(inner.lowerBound) } }
                } == true)
        }
    }

    /// Hot functions are inlined up to a cost of 2000, others up to 80. Those with a `defer` never are.
    @Test(arguments: GoToolchain.all.filter { [24, 27].contains($0.minor) })
    func findsWhatAProfileHasInlined(_ toolchain: GoToolchain) throws {
        let (serve, serveHTTP) = ("net/http.(*conn).serve", "net/http.serverHandler.ServeHTTP")
        let (serveMux, findHandler) = ("net/http.(*ServeMux).ServeHTTP", "net/http.(*ServeMux).findHandler")
        let hijacked = "net/http.(*conn).hijacked"
        let profile = CallProfile([
            .init(of: serveHTTP, in: serve), .init(of: hijacked, in: serve), .init(of: findHandler, in: serveMux),
        ])
        func calls(_ profile: CallProfile?) throws -> [String: [InlinedCall]] {
            let path = try toolchain.build(Sample.fixture, mode: .stripped, profile: profile)
            let binary = try GoBinary.read(from: FileByteSource(path: FilePath(path)))
            return try binary.inlinedCalls(of: [serveHTTP, hijacked, findHandler])
        }
        let usual = try calls(nil)
        #expect(usual == [serveHTTP: [], hijacked: [], findHandler: []])
        let hot = try calls(profile)
        #expect(hot[serveHTTP]?.contains { $0.caller.name == serve && $0.path.isEmpty } == true)
        #expect(hot[findHandler]?.contains { $0.caller.name == serveMux } == true)
        #expect(hot[hijacked] == [])
    }
}
