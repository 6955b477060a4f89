import GoBinary
import TestSupport
import Testing

@Suite struct FunctionTests {
    @Test(arguments: Sample.withSymbols)
    func findsEveryFunctionWhereTheSymbolTableHasIt(_ sample: Sample) throws {
        let oracle = try Oracle(try sample.path())
        let functions = try sample.read().functions(withPrefix: "")
        #expect(functions.count > 3000)
        var compared = 0
        for function in functions {
            guard let names = oracle.functions[function.address] else { continue }
            // The function table has `[...]` where the symbol table has type arguments, and keeps the middle dots of
            // local types' names, for which the symbol table has full stops.
            let isGeneric = function.name.contains("[")
            let name = String(function.name.map { $0 == "·" ? "." : $0 })
            let isNamed = names.contains(name) || names.contains(name + ".abi0")
            #expect(isGeneric || isNamed, "\(function.name) is \(names)")
            compared += 1
        }
        #expect(compared > functions.count * 95 / 100)
        let found = Set(functions.map(\.address))
        let missing = oracle.functions.filter { !found.contains($0.key) }.values.joined()
        #expect(missing.allSatisfy { !$0.hasPrefix("net/http.") }, "\(missing.sorted().prefix(5))")
    }

    @Test(arguments: Sample.withSymbols) func findsTheSameFunctionsAfterStripping(_ sample: Sample) throws {
        let plain = try sample.read().functions(withPrefix: "net/http.")
        let modes: [LinkMode] =
            sample.mode.isPIE ? [.strippedPIE, .sectionlessPIE] : [.stripped, .sectionless]
        for mode in modes {
            var stripped = sample
            stripped.mode = mode
            let functions = try stripped.read().functions(withPrefix: "net/http.")
            #expect(functions.map(\.name) == plain.map(\.name))
            #expect(functions.map(\.size) == plain.map(\.size))
        }
    }

    @Test(arguments: Sample.all) func findsFunctionsByName(_ sample: Sample) throws {
        let binary = try sample.read()
        let wanted: Set = [
            "net/http.(*conn).serve", "net/http.serverHandler.ServeHTTP", "net/http.(*conn).hijacked",
            "runtime.newproc1", "runtime.goexit1", "main.main", "main.none",
        ]
        let functions = try binary.functions(named: wanted)
        #expect(Set(functions.keys) == wanted.subtracting(["main.none"]))
        #expect(try binary.function(named: "main.none") == nil)
        for (name, function) in functions {
            #expect(function.name == name)
            #expect(try binary.function(named: name) == function)
            #expect(try binary.functionContaining(function.address) == function)
            #expect(try binary.functionContaining(function.address + function.size - 1) == function)
            #expect(binary.fileOffset(of: function.address) == function.fileOffset)
            let code = try binary.code(of: function)
            let file = try readFile(try sample.path())
            #expect(code == Array(file[Int(function.fileOffset)..<Int(function.fileOffset + function.size)]))
        }
        #expect(try binary.functionContaining(binary.text.lowerBound - 1) == nil)
        #expect(try binary.functionContaining(binary.text.upperBound) == nil)
    }

    /// The symbol table marks functions of the assembly's calling convention, wrappers here, with `.abi0`.
    @Test(arguments: Sample.withSymbols)
    func prefersTheFunctionToItsWrapper(_ sample: Sample) throws {
        let oracle = try Oracle(try sample.path())
        let binary = try sample.read()
        for name in ["runtime.goexit1", "runtime.newproc"] {
            #expect(try binary.functions(withPrefix: name).filter { $0.name == name }.count == 2)
            let chosen = try #require(try binary.function(named: name))
            #expect(oracle.functions[chosen.address] == [name])
        }
    }

    @Test(arguments: [
        ("net/http", "net/http"), ("gopkg.in/yaml.v3", "gopkg.in/yaml%2ev3"),
        ("example.org/a.b/c", "example.org/a.b/c"), ("main", "main"), ("v1.2", "v1%2e2"),
        ("example.org/p%q", "example.org/p%25q"), ("example.org/\u{e9}\n\"", "example.org/%c3%a9%0a%22"), ("", ""),
    ])
    func escapesPackagePathsLikeTheLinker(_ path: String, _ name: String) {
        #expect(GoBinary.linkerName(ofPackage: path) == name)
    }

    @Test func refusesMoreCodeThanTheLimit() throws {
        let binary = try Sample.all[0].read()
        let function = try #require(try binary.function(named: "net/http.(*conn).serve"))
        #expect(throws: GoBinaryError.self) { try binary.code(of: function, limit: 16) }
    }
}
