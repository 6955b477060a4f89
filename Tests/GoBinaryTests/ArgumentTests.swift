import GoBinary
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
            let expected = all.filter { $0 > 0 }
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
}
