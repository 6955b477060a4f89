import Dispatch
import Glibc
import Spans
import SystemPackage
import TestSupport
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(2))) final class `The spool` {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private static let identity = Array("http://collector".utf8)

    private func spool(bytes: Int = 10 << 20) throws -> Spool {
        try Spool(path: "\(folder.path)/a/spool", bytes: bytes, unixTime: time(nil))
    }

    /// Small batches, one request at a time, and room for four batches.
    private static var limits: ExportLimits {
        var limits = ExportLimits()
        limits.batchSpans = 100
        limits.queuedSpans = 400
        limits.requests = 1
        return limits
    }

    private static func wait(_ what: String, until isSo: () -> Bool) async throws {
        for _ in 0..<3000 {
            if isSo() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("never: \(what)")
    }

    /// Takes spans as fast as they are stored.
    private static func take(_ batches: Range<Int>, of account: SpanAccount, in run: ExportRun) async throws
        -> [[UInt8]]
    {
        let resource = Resource.named("shop")
        var expected: [[UInt8]] = []
        for batch in batches {
            var encoder = TraceRequestEncoder()
            for number in 0..<100 {
                let span = sampleSpan(UInt64(batch * 100 + number), of: resource)
                encoder.add(span)
                run.exporter.take(span, of: account)
            }
            expected.append(encoder.finish())
            // One has been tried, and at most one waits.
            let stored = UInt64(max(0, batch - batches.lowerBound - 1)) * 100
            try await wait("stored \(stored)") { run.exporter.summary.spool?.stored ?? 0 >= stored }
        }
        return expected
    }

    private var files: [String] {
        get throws {
            let (folder, _) = try place
            return try fileNames(in: folder)
        }
    }

    /// Of the one destination.
    private var place: (path: String, name: String) {
        get throws {
            let names = try Command.run(["/bin/ls", "\(folder.path)/a/spool"]).output
            let name = try #require(names.split(separator: "\n").map(String.init).first { $0 != "key" })
            return ("\(folder.path)/a/spool/\(name)", name)
        }
    }

    @Test func `keeps what memory has no room for in an outage, and gives it back in order`() async throws {
        let account = SpanAccount()
        let steps = [ScriptedTransport.Step](repeating: .busy, count: 3) + [.ok]
        try await ExportRun.with(steps, limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            let expected = try await Self.take(0..<30, of: account, in: run)
            #expect(account.figures.queued == 3000 && account.figures.losses.isEmpty)
            #expect(try files.count >= 25)
            let (path, _) = try place
            for (name, mode) in [(path, 0o700), ("\(path)/\(try files[0])", 0o600)] {
                var status = stat()
                #expect(stat(name, &status) == 0 && status.st_mode & 0o777 == mode)
            }
            #expect(try Command.run(["/bin/grep", "-rq", "collector", folder.path]).code == 1)
            try await Self.wait("delivered") {
                run.clock.advance(by: .milliseconds(500))
                return run.exporter.summary.exported == 3000
            }
            let summary = await run.exporter.finish()
            #expect(summary.isBalanced && summary.losses.isEmpty && summary.spool?.waiting == 0)
            #expect(account.figures.exported == 3000 && account.figures.queued == 0)
            #expect(run.transport.requests.dropFirst(3) == expected[...])
            #expect(try files.isEmpty)
            #expect(run.notices == [.unavailable(reason: "busy"), .recovered])
        }
    }

    @Test func `keeps what is left at the end for the next run, which sends it`() async throws {
        let account = SpanAccount()
        var expected: [[UInt8]] = []
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            expected = try await Self.take(0..<10, of: account, in: run)
            let summary = await run.exporter.finish()
            #expect(summary.spool?.waiting == 1000 && summary.losses.isEmpty && summary.isBalanced)
            #expect(summary.queued == 1000 && account.figures.queued == 1000)
        }
        let other = try await ExportRun.with([.ok], spool: spool().folder(for: [2])) { await $0.exporter.finish() }
        #expect(other.exported == 0 && other.spool?.restored == 0)
        try await ExportRun.with([.ok], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            await run.transport.awaitRequests(10)
            run.take(5)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 1005 && summary.spans == 5 && summary.spool?.restored == 1000)
            #expect(summary.isBalanced && summary.spool?.waiting == 0 && summary.queued == 0)
            #expect(Set(run.transport.requests).isSuperset(of: expected))
        }
    }

    @Test func `drops the newest when it is full, and says so by its reason`() async throws {
        let account = SpanAccount()
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool(bytes: 60_000).folder(for: Self.identity)) {
            run in
            run.take(100)
            await run.transport.awaitRequests(1)
            for _ in 0..<200 where account.figures.losses[.spoolFull] ?? 0 < 300 {
                run.take(100, of: account)
                try await Task.sleep(for: .milliseconds(5))
            }
            let stored = run.exporter.summary.spool?.stored ?? 0
            #expect(stored >= 100 && account.figures.losses[.spoolFull] ?? 0 >= 300)
            let summary = await run.exporter.finish()
            #expect(summary.isBalanced && summary.spool?.waiting ?? 0 >= stored)
            #expect(summary.losses[.stopped] ?? 0 > 0)
            let size = try Command.run(["/usr/bin/du", "-sb", "\(folder.path)/a/spool"]).output
            #expect(Int(size.prefix { $0.isNumber }) ?? 0 < 60_000 + 3 * 4096)
        }
    }

    @Test func `leaves room for other destinations`() throws {
        // A file takes whole blocks, however small it is.
        let block = SpoolRoom.block
        let spool = try spool(bytes: 10 * block)
        #expect(!spool.reserve(8 * block + 1, for: "a") && spool.reserve(7 * block + 1, for: "a"))
        #expect(!spool.reserve(1, for: "a") && spool.reserve(1, for: "b") && !spool.reserve(block + 1, for: "c"))
        spool.giveBack(7 * block + 1, of: "a")
        #expect(spool.reserve(7 * block, for: "c"))
    }

    @Test func `has so many files at most, and leaves some of them to others`() {
        var room = SpoolRoom(limit: 1 << 40)
        var count = 0
        while room.reserve(1, for: "a") { count += 1 }
        #expect(count == SpoolRoom.filesLimit * 4 / 5 && room.reserve(1, for: "b"))
    }

    @Test func `touches nothing that isn't its own`() throws {
        let path = "\(folder.path)/a/spool"
        _ = try spool()
        let own = "0123456789abcdef0123456789abcdef"
        let files = ["lib/00000000000000000001-00000100.batch", "\(own)/notes", "\(own).d/x.unreadable", "notes"]
        for name in ["lib", own, "\(own).d", "empty"] { try createFolder("\(path)/\(name)") }
        chmod("\(path)/\(own)", 0o700)
        chmod("\(path)/lib", 0o755)
        for file in files { try writeFile("\(path)/\(file)", [1]) }
        try writeFile("\(path)/\(own)/00000000000000000001-00000100.batch", [1])
        let later = try Spool(path: path, bytes: 1 << 20, unixTime: time(nil) + 8 * 24 * 3600)
        #expect(later.expired == 100)
        let left = try Command.run(["/usr/bin/find", path, "-type", "f", "-printf", "%P\\n"]).output
        #expect(Set(left.split(separator: "\n").map(String.init)) == Set(files + ["key"]))
        #expect(
            try Command.run(["/usr/bin/stat", "-c", "%a", "\(path)/lib", "\(path)/empty"]).output.hasPrefix("755\n"))
        #expect(try fileNames(in: "\(path)/empty").isEmpty)
    }

    @Test(arguments: ["cut", "flipped", "count", "empty", "long", "link", "gone"])
    func `sets aside what isn't what was written, and goes on`(damage: String) async throws {
        let account = SpanAccount()
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            _ = try await Self.take(0..<6, of: account, in: run)
            _ = await run.exporter.finish()
        }
        let (path, _) = try place
        let names = try files.sorted()
        #expect(names.count == 6)
        let victim = "\(path)/\(names[2])"
        var bytes = try readFile(victim)
        switch damage {
        case "cut": bytes.removeLast()
        case "flipped": bytes[bytes.count / 2] ^= 1
        case "count": bytes[16] ^= 1
        case "empty": bytes = []
        case "long": bytes.append(0)
        default: break
        }
        if damage == "link" || damage == "gone" { unlink(victim) }
        if damage == "link" {
            try writeFile("\(folder.path)/elsewhere", bytes)
            symlink("\(folder.path)/elsewhere", victim)
        } else if damage != "gone" {
            try writeFile(victim, bytes)
        }
        let stranger = "18446744073709551615-00000100.batch"
        for name in [stranger, "notes"] { try writeFile("\(path)/\(name)", [1, 2, 3]) }
        try writeFile("\(path)/draft", [1, 2, 3])
        try await ExportRun.with([.ok], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            await run.transport.awaitRequests(5)
            run.take(1)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 501 && summary.isBalanced && summary.spool?.waiting == 0)
            // By its name alone, a file that is no file is none of the spool's.
            let isKnown = damage != "gone" && damage != "link"
            #expect(summary.losses == (isKnown ? [.outputFailed: 100] : [:]))
            #expect(summary.spool?.unreadable == (isKnown ? 2 : 1))
        }
        #expect(
            try files.sorted()
                == (["notes", stranger + ".unreadable"]
                + (damage == "gone" ? [] : damage == "link" ? [] : [names[2] + ".unreadable"])).sorted())
    }

    @Test func `takes a file that goes away while it runs for lost`() async throws {
        let account = SpanAccount()
        let steps = [ScriptedTransport.Step](repeating: .busy, count: 2) + [.ok]
        try await ExportRun.with(steps, limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            _ = try await Self.take(0..<6, of: account, in: run)
            let (path, _) = try place
            for name in try files { unlink("\(path)/\(name)") }
            let stored = run.exporter.summary.spool?.stored ?? 0
            try await Self.wait("delivered") {
                run.clock.advance(by: .milliseconds(500))
                return account.figures.queued == 0
            }
            #expect(account.figures.losses == [.outputFailed: stored] && account.figures.exported == 600 - stored)
            #expect(await run.exporter.finish().isBalanced)
        }
    }

    @Test func `that can't be written to is told of once, and loses no more than memory has no room for`() async throws
    {
        let account = SpanAccount()
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            run.take(100, of: account)
            await run.transport.awaitRequests(1)
            #expect(try Command.run(["/bin/rm", "-rf", "\(folder.path)/a"]).code == 0)
            for _ in 0..<10 {
                run.take(100, of: account)
                run.clock.advance(by: .milliseconds(500))
                try await Task.sleep(for: .milliseconds(10))
            }
            let summary = await run.exporter.finish()
            #expect(summary.isBalanced && summary.losses[.stopped] == 400)
            #expect(summary.losses[.queueFull] == 700 && summary.losses[.spoolFull] == nil)
            #expect(summary.spool?.failures ?? 0 > 0)
            let told = run.notices.filter { if case .spoolFailing = $0 { true } else { false } }
            #expect(told.count == 1)
        }
    }

    @Test func `that doesn't answer holds up neither what is in memory nor the end`() async throws {
        let account = SpanAccount()
        let spool = try spool()
        let answers = DispatchSemaphore(value: 0)
        let steps: [ScriptedTransport.Step] = [.ok, .busy]
        try await ExportRun.with(steps, limits: Self.limits, spool: spool.folder(for: Self.identity)) { run in
            spool.performLater { answers.wait() }
            run.take(100, of: account)
            try await Self.wait("delivered") { account.figures.exported == 100 }
            run.take(1000, of: account)
            #expect(account.figures.queued == 400 && account.figures.losses == [.queueFull: 600])
            let summary = await run.passing { await run.exporter.finish() }
            #expect(summary.isBalanced && summary.losses == [.queueFull: 600, .stopped: 400])
        }
        answers.signal()
        #expect(account.figures.losses == [.queueFull: 600, .stopped: 400] && account.figures.exported == 100)
        await spool.perform {}
        // What was given up isn't there when it answers at last.
        #expect(try files.allSatisfy { !$0.hasSuffix(".batch") })
    }

    @Test(arguments: ["file", "others", "readable", "used", "foreign", "link"])
    func `refuses a folder that is none of its own`(kind: String) throws {
        let path = "\(folder.path)/own"
        switch kind {
        case "file": try writeFile(path, [])
        case "others":
            try createFolder(path)
            chmod(path, 0o777)
        case "readable":
            try createFolder(path)
            chmod(path, 0o755)
        case "used", "foreign":
            try createFolder("\(path)/empty")
            // Of another program.
            if kind == "foreign" { try writeFile("\(path)/key", [1, 2, 3]) }
            chmod(path, 0o700)
        default:
            try createFolder("\(folder.path)/target")
            symlink("\(folder.path)/target", path)
        }
        #expect(throws: Errno.self) { try Spool(path: path, bytes: 1 << 20, unixTime: time(nil)) }
        var status = stat()
        if kind == "readable" { #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o755) }
        if kind == "used" { #expect(try Command.run(["/bin/ls", path]).output == "empty\n") }
    }

    @Test func `counts what an earlier run has left of its room, whoever's it is`() async throws {
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            _ = try await Self.take(0..<6, of: SpanAccount(), in: run)
            _ = await run.exporter.finish()
        }
        let block = SpoolRoom.block
        let blocks = try files.reduce(0) { try $0 + (readFile("\(place.path)/\($1)").count + block - 1) / block }
        let spool = try spool(bytes: (blocks + 10) * block)
        #expect(!spool.reserve(10 * block + 1, for: "x") && spool.reserve(8 * block, for: "x"))
    }

    @Test func `gives what one exporter has left in this run to the next, and the books of both add up`() async throws {
        let (spool, account) = (try spool(), SpanAccount())
        let first = try await ExportRun.with([.busy], limits: Self.limits, spool: spool.folder(for: Self.identity)) {
            run in
            _ = try await Self.take(0..<10, of: account, in: run)
            #expect(await run.exporter.finish().spool?.waiting == 1000)
            return run
        }
        try await ExportRun.with([.ok], limits: Self.limits, spool: spool.folder(for: Self.identity)) { run in
            try await Self.wait("delivered") { account.figures.exported == 1000 }
            run.take(100, of: account)
            let summary = await run.exporter.finish()
            #expect(summary.exported == 1100 && summary.spans == 100 && summary.isBalanced && summary.queued == 0)
            #expect(summary.spool?.restored == 0 && summary.spool?.carried == 1000)
            #expect(run.notices.isEmpty)
        }
        let summary = first.exporter.summary
        #expect(summary.queued == 0 && summary.isBalanced && summary.spool?.carried == -1000)
        #expect(account.figures.queued == 0 && account.figures.losses.isEmpty)
        #expect(try files.isEmpty)
    }

    @Test func `has a folder for one exporter at a time, and the next waits for it and says so`() async throws {
        let (spool, account) = (try spool(), SpanAccount())
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool.folder(for: Self.identity)) { first in
            _ = try await Self.take(0..<6, of: account, in: first)
            let steps = [ScriptedTransport.Step](repeating: .ok, count: 1)
            try await ExportRun.with(steps, limits: Self.limits, spool: spool.folder(for: Self.identity)) { second in
                second.take(100, of: account)
                try await Self.wait("told") { !second.notices.isEmpty }
                guard case .spoolFailing = second.notices[0] else {
                    Issue.record("\(second.notices)")
                    return
                }
                try await Self.wait("delivered") { account.figures.exported == 100 }
                #expect(await first.exporter.finish().isBalanced)
                try await Self.wait("delivered") { account.figures.exported == 700 }
                #expect(await second.exporter.finish().isBalanced)
            }
        }
    }

    @Test func `keeps what was left for the next run when the folder is retired`() async throws {
        let spool = try spool()
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool.folder(for: Self.identity)) { run in
            _ = try await Self.take(0..<6, of: SpanAccount(), in: run)
            _ = await run.exporter.finish()
            run.exporter.retireSpool()
            #expect(spool.folder(for: Self.identity).isHeldByAnother)
            #expect(run.exporter.summary.spool?.waiting == 600)
        }
    }

    @Test func `gives up what nobody has come for in a week`() async throws {
        try await ExportRun.with([.busy], limits: Self.limits, spool: spool().folder(for: Self.identity)) { run in
            _ = try await Self.take(0..<6, of: SpanAccount(), in: run)
            _ = await run.exporter.finish()
        }
        let path = "\(folder.path)/a/spool"
        let week = 7 * 24 * 3600
        #expect(try Spool(path: path, bytes: 1 << 20, unixTime: time(nil) + week - 3600).expired == 0)
        #expect(try files.count == 6)
        let later = try Spool(path: path, bytes: 1 << 20, unixTime: time(nil) + week + 3600)
        #expect(later.expired == 600 && later.reserve(800_000, for: "x"))
        #expect(try Command.run(["/bin/ls", path]).output == "key\n")
    }

    @Test func `hashes as SipHash does`() {
        // From the paper, appendix A.
        #expect(SipHash(key: (0..<16).map { UInt8($0) }).hash((0..<15).map { UInt8($0) }) == 0xa129_ca61_49be_45e5)
    }

    @Test func `tells destinations apart by all that makes them differ, and has none for a pod's own loopback`() throws
    {
        let endpoint = try OTLPEndpoint("http://collector:4318")
        var targets = [
            Receiver(endpoint: endpoint), Receiver(endpoint: try OTLPEndpoint("http://collector:4317")),
            Receiver(endpoint: endpoint, headers: [try OTLPHeader("a=b")]),
            Receiver(endpoint: endpoint, headers: [try OTLPHeader("a=c")]),
            Receiver(endpoint: endpoint, headers: [try OTLPHeader("a=b"), try OTLPHeader("c=d")]),
        ]
        var slow = targets[0]
        slow.timeout = .seconds(11)
        targets.append(slow)
        slow.compression = .gzip
        targets.append(slow)
        var secured = targets[0]
        secured.tls = TLSSettings(authorities: .bytes([1]))
        targets.append(secured)
        secured.tls = TLSSettings(certificate: .bytes([1]))
        targets.append(secured)
        let identities = targets.compactMap { SpanTarget.receiver($0).identity }
        #expect(Set(identities).count == targets.count)
        var local = targets[0]
        local.network = try NetworkNamespace(taking: FileDescriptor.open("/proc/self/ns/net", .readOnly))
        #expect(SpanTarget.receiver(local).identity == nil && SpanTarget.console(.json).identity == nil)
    }
}
