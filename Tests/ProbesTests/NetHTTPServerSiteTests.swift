import Probes
import TestSupport
import Testing

private let serve = "net/http.(*conn).serve"
private let cleanup = "net/http.(*conn).serve.func1"
private let hijacked = "net/http.(*conn).hijacked"

@Suite struct `Probe sites of the net/http server` {
    @Test(arguments: GoToolchain.all, [LinkMode.plain, .pie])
    func `are the calls that objdump shows`(go: GoToolchain, mode: LinkMode) throws {
        let (path, binary) = try analyse("httpserver", go, mode)
        let plan = try #require(try Planner().plan(binary).plan)
        let inServe = try ObjdumpCalls(in: serve, of: path)
        let inCleanup = try ObjdumpCalls(in: cleanup, of: path)

        let begin = plan.points(of: "http_server_begin")
        #expect(begin.map(\.symbol) == [serve])
        #expect(begin.map(\.address) == inServe.addresses(callee: "net/http.serverHandler.ServeHTTP"))

        let end = plan.points(of: "http_server_end")
        #expect(end.map(\.symbol) == [serve])
        #expect(end.map(\.address) == inServe.addresses(callee: hijacked))
        #expect(try #require(end.first).address > #require(begin.first).address)

        let abort = plan.points(of: "http_server_abort")
        #expect(abort.map(\.symbol) == [cleanup])
        #expect(
            abort.map(\.address)
                == (go.minor >= 23
                    ? inCleanup.addresses(callee: "net/http.(*response).disableWriteContinue")
                    : [try #require(inCleanup.indirectCall(before: hijacked))]))

        let reject = plan.points(of: "http_server_reject")
        #expect(reject.map(\.symbol) == [serve])
        #expect(reject.map(\.address) == inServe.addresses(callee: "net/http.(*response).sendExpectationFailed"))

        #expect(plan.libraries.first?.probes == begin + end + abort + reject)
        #expect(plan.libraries.first?.probes.count == 4)
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `are emulated wherever every request passes`(go: GoToolchain, mode: LinkMode) throws {
        let (_, binary) = try analyse("httpserver", go, mode)
        let plan = try #require(try Planner().plan(binary).plan)
        for point in plan.attachPoints where point.program.contains("_server_") {
            #expect(point.isEmulated == (point.program != "http_server_abort" || go.minor >= 23), "\(point)")
        }
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `are in the file where the offsets say`(go: GoToolchain, mode: LinkMode) throws {
        let (path, binary) = try analyse("httpserver", go, mode)
        let file = try readFile(path)
        for point in try #require(try Planner().plan(binary).plan).attachPoints
        where point.program.contains("_server_") {
            let code = file[Int(point.fileOffset)...].prefix(5)
            if point.program == "http2_server_begin" {
                #expect(go.minor >= 21 ? code.first == 0x55 : code.starts(with: [0x0f, 0x86]), "\(point)")
                continue
            }
            guard point.isEmulated else {
                #expect(code.starts(with: [0xff, 0xd0]) && point.instruction == "call *%rax", "\(point)")
                continue
            }
            let relative = code.dropFirst().reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let target = point.address &+ 5 &+ UInt64(bitPattern: Int64(Int32(bitPattern: relative)))
            #expect(code.first == 0xe8)
            #expect(point.instruction == "call 0x\(String(target, radix: 16))")
        }
    }

    @Test(arguments: GoToolchain.all, [(LinkMode.plain, LinkMode.stripped), (.pie, .strippedPIE)])
    func `and facts are the same when stripped`(go: GoToolchain, modes: (LinkMode, LinkMode)) throws {
        let plans = try [modes.0, modes.1].map { mode in
            try #require(try Planner().plan(try analyse("httpserver", go, mode).binary).plan)
        }
        #expect(words(plans[0].facts) == words(plans[1].facts))
        #expect(plans[0].libraries.map(\.fields) == plans[1].libraries.map(\.fields))
        #expect(plans[0].libraries.map(\.state) == plans[1].libraries.map(\.state))
        #expect(plans[0].libraries.map(\.missing) == plans[1].libraries.map(\.missing))
        #expect(plans[0].attachPoints.map(\.program) == plans[1].attachPoints.map(\.program))
        #expect(plans[0].attachPoints.map(\.symbol) == plans[1].attachPoints.map(\.symbol))
        #expect(plans[0].attachPoints.map(\.address) == plans[1].attachPoints.map(\.address))
    }
}
