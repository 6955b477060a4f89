import GoBinary
import TestSupport
import Testing

@Suite struct ItabTests {
    /// Pairs of a struct, to which pointers are in an interface, and that interface.
    private static let pairs:
        [(concrete: (package: String, name: String), interface: (package: String, name: String))] = [
            (("net/http", "response"), ("net/http", "ResponseWriter")),
            (("net", "TCPConn"), ("net", "Conn")), (("crypto/tls", "Conn"), ("net", "Conn")),
            (("context", "valueCtx"), ("context", "Context")), (("context", "cancelCtx"), ("context", "Context")),
            (("net", "TCPAddr"), ("net", "Addr")), (("net/http", "body"), ("io", "ReadCloser")),
            (("net", "OpError"), ("", "error")),
        ]

    @Test(arguments: Sample.all) func findsThePairsThatATracerMeets(_ sample: Sample) throws {
        let binary = try sample.read()
        // Some are another struct's: one that is embedded.
        let entries = Dictionary(
            try binary.functions(withPrefix: "").map { ($0.address, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (concrete, interface) in Self.pairs {
            let layout = try #require(try binary.structLayout(package: concrete.package, name: concrete.name))
            let pointer = try #require(layout.pointerTypeAddress)
            let methods = try #require(try binary.interfaceLayout(package: interface.package, name: interface.name))
            let itab = try #require(try binary.itab(ofType: pointer, for: interface), "\(concrete) \(interface)")
            #expect(itab.typeAddress == pointer)
            #expect(itab.interfaceTypeAddress == methods.typeAddress)
            #expect(itab.methods.count == methods.methods.count)
            for (method, address) in zip(methods.methods, itab.methods) {
                let name = try #require(entries[address], "\(concrete).\(method.name)")
                #expect(
                    name == "runtime.unreachableMethod" || name.hasSuffix(").\(method.name)"),
                    "\(concrete).\(method.name) is \(name)")
            }
            #expect(try binary.itabs(ofType: pointer).contains(itab))
            #expect(try binary.itab(ofType: layout.typeAddress, for: interface) == nil)
            #expect(try binary.itab(ofType: pointer, for: ("net", "Nothing")) == nil)
            #expect(try binary.itab(ofType: pointer, for: ("hash", "Hash")) == nil)
        }
    }

    /// The facts of Go's documentation.
    @Test(arguments: Sample.all) func ordersMethodsAsItabsDo(_ sample: Sample) throws {
        let binary = try sample.read()
        let expected = [
            ("net/http", "ResponseWriter", ["Header", "Write", "WriteHeader"]),
            ("net/http", "Handler", ["ServeHTTP"]), ("context", "Context", ["Deadline", "Done", "Err", "Value"]),
            (
                "net", "Conn",
                [
                    "Close", "LocalAddr", "Read", "RemoteAddr", "SetDeadline", "SetReadDeadline", "SetWriteDeadline",
                    "Write",
                ]
            ),
            ("", "error", ["Error"]),
        ]
        for (package, name, methods) in expected {
            let layout = try #require(try binary.interfaceLayout(package: package, name: name))
            #expect(layout.package == package)
            #expect(layout.name == name)
            #expect(layout.methods.map(\.name) == methods)
            #expect(layout.methods.filter(\.isExported).count == methods.count)
            #expect(try binary.interfaceLayout(at: layout.typeAddress) == layout)
        }
        #expect(try binary.interfaceLayout(package: "net/http", name: "Request") == nil)
    }

    @Test(arguments: Sample.all) func leadsToFunctionsOnly(_ sample: Sample) throws {
        try expectFunctions(in: try sample.read(), atLeast: 250)
    }

    @Test(.enabled(if: DebianFile.areThere, "fetched by `make setup-tests`"), arguments: DebianFile.all)
    func leadsToFunctionsInDebiansPrograms(_ file: DebianFile) throws {
        try expectFunctions(in: try file.read(), atLeast: 1600)
    }

    private func expectFunctions(in binary: GoBinary, atLeast count: Int) throws {
        let entries = Set(try binary.functions(withPrefix: "").map(\.address))
        let itabs = try binary.itabs()
        #expect(itabs.count >= count)
        #expect(itabs.allSatisfy { !$0.methods.isEmpty && $0.methods.allSatisfy(entries.contains) })
        #expect(Set(itabs.map(\.address)).count == itabs.count)
    }
}
