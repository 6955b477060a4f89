import Glibc
import Spans
import TestSupport
import Testing

@testable import OTLP

@Suite(.timeLimit(.minutes(1))) struct `A file of spans` {
    private func request(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func lines(_ path: String) throws -> [String] {
        try readFile(path).split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static let accepted = DeliveryOutcome.accepted(PartialSuccess())

    @Test func `has a line for each batch, which is an export request`() async throws {
        let folder = try TemporaryFolder()
        let target = SpanTarget.file(SpanFile(path: "\(folder.path)/spans"))
        let transport = target.makeTransport(userAgent: "nodespan/test")
        for number in 1...2 {
            var encoder = target.makeEncoder()
            encoder.add(fullSpan(UInt64(number), of: .named("shop")))
            #expect(await transport.send(encoder.finish()) == Self.accepted)
        }
        await transport.shutdown()
        let text = try readFile("\(folder.path)/spans")
        #expect(text.last == UInt8(ascii: "\n"))
        // The same document as by HTTP, which Google's implementation has read.
        let names = try text.split(separator: UInt8(ascii: "\n")).map { line -> JSONValue? in
            guard case .array(let groups) = try JSONValue(line)["resourceSpans"], groups.count == 1,
                case .array(let scopes) = groups[0]["scopeSpans"], case .array(let spans) = scopes[0]["spans"]
            else { return nil }
            return spans[0]["spanId"]
        }
        #expect(names == [.string("0000000000000001"), .string("0000000000000002")])
        var status = stat()
        #expect(lstat("\(folder.path)/spans", &status) == 0 && status.st_mode & 0o777 == 0o640 & ~currentMask())
    }

    private func currentMask() -> mode_t {
        let mask = umask(0o022)
        umask(mask)
        return mask
    }

    @Test func `is set aside when it has grown, and no more are kept than asked for`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/spans"
        var file = SpanFile(path: path)
        (file.size, file.kept) = (10, 2)
        try writeFile("\(path).3", Array("mine".utf8))
        let transport = FileTransport(file)
        for text in ["one", "two", "three", "four, which is longer than all of it", "five", "six", "seven"] {
            #expect(await transport.send(request(text)) == Self.accepted)
        }
        await transport.shutdown()
        #expect(try lines(path) == ["seven"])
        #expect(try lines("\(path).1") == ["five", "six"])
        #expect(try lines("\(path).2") == ["four, which is longer than all of it"])
        #expect(try lines("\(path).3") == ["mine"])
        #expect(try fileNames(in: folder.path).count == 4)
    }

    @Test func `fills a gap before anything is lost, and keeps none when none is wanted`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/spans"
        var file = SpanFile(path: path)
        (file.size, file.kept) = (4, 3)
        try writeFile("\(path).1", Array("first".utf8))
        try writeFile("\(path).3", Array("third".utf8))
        let transport = FileTransport(file)
        for text in ["one", "two"] { #expect(await transport.send(request(text)) == Self.accepted) }
        await transport.shutdown()
        #expect(try lines("\(path).1") == ["one"] && lines("\(path).2") == ["first"] && lines("\(path).3") == ["third"])
        file.kept = 0
        let keepsNone = FileTransport(file)
        #expect(await keepsNone.send(request("three")) == Self.accepted)
        await keepsNone.shutdown()
        #expect(try lines(path) == ["three"] && lines("\(path).1") == ["one"])
    }

    @Test func `is made anew when somebody has moved or removed it`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/spans"
        let transport = FileTransport(SpanFile(path: path))
        #expect(await transport.send(request("one")) == Self.accepted)
        #expect(rename(path, "\(path).old") == 0)
        #expect(await transport.send(request("two")) == Self.accepted)
        #expect(try lines("\(path).old") == ["one"] && lines(path) == ["two"])
        #expect(unlink(path) == 0)
        #expect(await transport.send(request("three")) == Self.accepted)
        #expect(try lines(path) == ["three"])
        await transport.shutdown()
    }

    @Test func `that ends in the middle of a line goes on with a new one`() async throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/spans"
        try writeFile(path, Array("whole\nha".utf8))
        let transport = FileTransport(SpanFile(path: path))
        for text in ["one", "two"] { #expect(await transport.send(request(text)) == Self.accepted) }
        await transport.shutdown()
        #expect(try lines(path) == ["whole", "ha", "one", "two"])
    }

    @Test func `is a regular file of nobody else, or none`() async throws {
        let folder = try TemporaryFolder()
        let victim = "\(folder.path)/victim"
        try writeFile(victim, Array("untouched\n".utf8))
        let (link, pipe) = ("\(folder.path)/link", "\(folder.path)/pipe")
        #expect(symlink(victim, link) == 0 && mkfifo(pipe, 0o600) == 0)
        for (path, reason) in [
            (link, "not a regular file; links are not followed"), (pipe, "not a regular file; links are not followed"),
            ("/dev/null", "not a regular file; links are not followed"), (folder.path, "is a directory"),
            ("\(folder.path)/none/spans", "no such file or directory"),
        ] {
            let transport = FileTransport(SpanFile(path: path))
            #expect(
                await transport.send(request("one"))
                    == .unavailable(reason: "\(path): \(reason)", mayHaveArrived: false))
            await transport.shutdown()
        }
        let first = FileTransport(SpanFile(path: victim))
        let second = FileTransport(SpanFile(path: victim))
        #expect(await first.send(request("first")) == Self.accepted)
        #expect(
            await second.send(request("second"))
                == .unavailable(reason: "\(victim): somebody else writes to it", mayHaveArrived: false))
        await first.shutdown()
        #expect(await second.send(request("second")) == Self.accepted)
        await second.shutdown()
        #expect(try lines(victim) == ["untouched", "first", "second"])
    }

    @Test(.enabled(if: geteuid() == 0, "mounts a file system: needs root"))
    func `on a full disk has whole lines only, and goes on when there is room`() async throws {
        let folder = try TemporaryFolder()
        let mounted = try Command.run([
            "/usr/bin/env", "mount", "-t", "tmpfs", "-o", "size=64k", "nodespan-test", folder.path,
        ])
        #expect(mounted.code == 0, "\(mounted.errors)")
        defer { umount2(folder.path, Int32(MNT_DETACH)) }
        let path = "\(folder.path)/spans"
        try writeFile("\(folder.path)/ballast", [UInt8](repeating: 0, count: 32 << 10))
        let transport = FileTransport(SpanFile(path: path))
        let batch = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        var taken = 0
        while await transport.send(batch) == Self.accepted { taken += 1 }
        #expect(taken == 3)
        let full = DeliveryOutcome.unavailable(reason: "\(path): no space left on device", mayHaveArrived: false)
        #expect(await transport.send(batch) == full)
        #expect(try readFile(path).count == 3 * 10_001)
        #expect(unlink("\(folder.path)/ballast") == 0)
        #expect(await transport.send(batch) == Self.accepted)
        await transport.shutdown()
        #expect(try lines(path).map(\.utf8.count) == [10_000, 10_000, 10_000, 10_000])
    }
}
