import GoBinary
import SystemPackage
import TestSupport
import Testing

@Suite struct ArgumentTests {
    @Test(arguments: Sample.withSymbols)
    func describesParametersAsDebugInformationDoes(_ sample: Sample) throws {
        let oracle = try Oracle(try sample.path())
        let binary = try sample.read()
        var (equal, unnamed) = (0, 0)
        for function in try binary.functions(withPrefix: "net") {
            guard let all = oracle.parameters[function.address], !function.name.contains("[") else { continue }
            let expected = all.map(\.size).filter { $0 > 0 }
            guard let arguments = try binary.arguments(of: function) else {
                #expect(expected.isEmpty, "\(function.name)")
                continue
            }
            guard !arguments.shape.contains("..."), !arguments.shape.contains("_") else { continue }
            let sizes = Dictionary(grouping: arguments.components, by: \.argument).sorted { $0.key < $1.key }
                .map { _, components in components.reduce(0) { $0 + UInt64($1.size ?? 0) } }
            // Debug information leaves out parameters without a name, and some of function literals.
            #expect(sizes.count >= expected.count, "\(function.name): \(arguments.shape)")
            guard sizes.count == expected.count else {
                unnamed += 1
                continue
            }
            for (size, expected) in zip(sizes, expected) {
                // Padding isn't part of any component.
                #expect(expected >= size && expected <= size + 14, "\(function.name): \(arguments.shape)")
            }
            equal += 1
        }
        #expect(equal > 750)
        #expect(unnamed < equal / 3)
    }

    /// DWARF's numbers of the registers, in the order in which Go assigns them, and the first that holds floating-point
    /// numbers.
    private func registers(_ architecture: GoBinary.Architecture) -> (integer: [Int], floatingPoint: Int) {
        switch architecture {
        case .amd64: ([0, 3, 2, 5, 4, 8, 9, 10, 11], 17)
        case .arm64: (Array(0..<16), 64)
        }
    }

    @Test(arguments: Sample.withSymbols)
    func findsRegistersWhereDebugInformationDoes(_ sample: Sample) throws {
        let oracle = try Oracle(try sample.path())
        let binary = try sample.read()
        let numbers = registers(sample.architecture)
        var (equal, unknown) = (0, 0)
        var different: [String] = []
        for function in try binary.functions(withPrefix: "") {
            guard let expected = oracle.parameters[function.address],
                expected.contains(where: { !$0.registers.isEmpty }),
                !function.name.contains("["), let arguments = try binary.arguments(of: function),
                expected.filter({ $0.size > 0 }).count == Set(arguments.components.map(\.argument)).count,
                !expected.joinedRegisters.contains(where: { $0 >= numbers.floatingPoint })
            else { continue }
            let found = Dictionary(grouping: arguments.components, by: \.argument).sorted { $0.key < $1.key }.map(
                \.value)
            for (parameter, components) in zip(expected.filter { $0.size > 0 }, found) {
                guard parameter.registers.count == components.count else { continue }
                if components.contains(where: { $0.location == .unknown }) {
                    unknown += 1
                    continue
                }
                let locations = parameter.registers.map { number in
                    FunctionArguments.Location.register(numbers.integer.firstIndex(of: number) ?? -1)
                }
                if components.map(\.location) == locations {
                    equal += 1
                } else {
                    different.append("\(function.name): \(arguments.shape), \(parameter.registers)")
                }
            }
        }
        // Debug information has some variables where they go to in a function's first instructions.
        #expect(equal > 5000)
        #expect(different.count <= equal / 800, "\(different)")
        #expect(unknown < equal / 5)
    }

    @Test(arguments: Sample.all) func findsArgumentsOfKnownSignatures(_ sample: Sample) throws {
        let binary = try sample.read()
        let minor = sample.toolchain.minor
        let runHandler =
            minor >= 27
            ? "net/http/internal/http2.(*serverConn).runHandler" : "net/http.(*http2serverConn).runHandler"
        let shapes = [
            // func (sh serverHandler) ServeHTTP(rw ResponseWriter, req *Request)
            "net/http.serverHandler.ServeHTTP": "{8} {8 8} 8",
            // func (t *Transport) roundTrip(req *Request) (_ *Response, err error)
            "net/http.(*Transport).roundTrip": "8 8",
            // func (sc *serverConn) runHandler(rw *responseWriter, req *Request, handler func(ResponseWriter, *Request))
            runHandler: "8 8 8 8",
            // func newproc1(fn *funcval, callergp *g, callerpc uintptr, parked bool, waitreason waitReason) *g
            "runtime.newproc1": minor >= 23 ? "8 8 8 1 1" : "8 8 8",
            // func (c *conn) serve(ctx context.Context)
            "net/http.(*conn).serve": "8 {8 8}",
        ]
        for (name, shape) in shapes {
            let function = try #require(try binary.function(named: name), "\(name)")
            let arguments = try #require(try binary.arguments(of: function), "\(name)")
            #expect(arguments.shape == shape, "\(name)")
            #expect(
                arguments.components.map(\.location) == arguments.components.indices.map { .register($0) }, "\(name)")
        }
        let function = try #require(try binary.function(named: "net/http.serverHandler.ServeHTTP"))
        #expect(try binary.arguments(of: function)?.components.map(\.argument) == [0, 1, 1, 2])
        let main = try #require(try binary.function(named: "main.main"))
        #expect(try binary.arguments(of: main) == nil)
    }

    /// More than the registers hold: what doesn't fit is on the stack as a whole, and at most ten components are described.
    @Test(arguments: ["bookworm", "trixie", "sid"]) func tellsTheStackFromRegisters(_ release: String) throws {
        let path = "\(CacheFolder.path)/debian/\(release)/caddy/usr/bin/caddy"
        let binary = try GoBinary.read(from: FileByteSource(path: FilePath(path)))
        func arguments(_ name: String) throws -> FunctionArguments {
            let function = try #require(try binary.function(named: name))
            return try #require(try binary.arguments(of: function))
        }
        // func (db *DB) queryDC(ctx, txctx context.Context, dc *driverConn, releaseConn func(error), query string, args []any)
        let query = try arguments("database/sql.(*DB).queryDC")
        #expect(query.shape == "8 {8 8} {8 8} 8 8 {8 8} {8 ...}")
        #expect(query.components.map(\.location) == (0..<9).map { .register($0) } + [.stack(0)])
        #expect(query.components.map(\.argument) == [0, 1, 1, 2, 2, 3, 4, 5, 5, 6])
        // func (db *DB) execDC(ctx context.Context, dc *driverConn, release func(error), query string, args []any)
        let exec = try arguments("database/sql.(*DB).execDC")
        #expect(exec.shape == "8 {8 8} 8 8 {8 8} {8 8 8}")
        #expect(
            exec.components.map(\.location) == (0..<7).map { .register($0) } + [.stack(0), .stack(8), .stack(16)])
    }
}

extension [Oracle.Parameter] {
    fileprivate var joinedRegisters: [Int] { flatMap(\.registers) }
}
