import CBPF
import GoBinary
import SystemPackage
import TestSupport
import Testing

@testable import Probes

/// What the planner does with clients and gRPC servers that lack one thing. The binaries are real; the catalogue asks them
/// for names that they don't have.
@Suite struct `A library that lacks one thing` {
    struct Side: Sendable, CustomTestStringConvertible {
        var entry: LibraryEntry
        var fixture: String
        var minor: Int
        var suite: String?

        var testDescription: String { "\(entry.name) in \(fixture), Go 1.\(minor)" }

        func analyse() throws -> GoBinary {
            let go = try #require(GoToolchain.all.first { $0.minor == minor })
            let path = try go.build(fixture, mode: .stripped, gopath: suite)
            return try GoBinary.read(from: try FileByteSource(path: FilePath(path)))
        }
    }

    static let sides = [
        Side(entry: .netHTTPClient, fixture: "httpclient", minor: 27),
        Side(entry: .netHTTPClient, fixture: "httpclient", minor: 19),
        Side(entry: .bundledHTTP2Client, fixture: "httpclient", minor: 26),
        Side(entry: .internalHTTP2Client, fixture: "httpclient", minor: 27),
        Side(entry: .xNetHTTP2Client, fixture: "httpclient", minor: 24, suite: "trixie"),
        Side(entry: .grpcClient, fixture: "grpcclient", minor: 27, suite: "sid"),
        Side(entry: .grpcClientHeader, fixture: "grpcclient", minor: 19, suite: "bookworm"),
        Side(entry: .grpcServer, fixture: "grpccalls", minor: 24, suite: "trixie"),
        Side(entry: .httpPropagation, fixture: "httpclient", minor: 27),
        Side(entry: .bundledHTTP2Propagation, fixture: "httpclient", minor: 24),
        Side(entry: .internalHTTP2Propagation, fixture: "httpclient", minor: 27),
    ]

    /// An entry without one of the things that it needs, what that loses, and the program that is lost, if it is one.
    private struct Lack {
        var entry: LibraryEntry
        var need: Need
        var reason: String?
        var program: String?
    }

    private func lacks(of entry: LibraryEntry) -> [Lack] {
        entry.fields.indices.map { index in
            var lacking = entry
            for alternative in lacking.fields[index].alternatives.indices {
                lacking.fields[index].alternatives[alternative][0].field = "nowhere"
            }
            return Lack(entry: lacking, need: entry.fields[index].need, reason: nil)
        }
            + entry.types.indices.map { index in
                var lacking = entry
                lacking.types[index].type.name = "nowhere"
                return Lack(entry: lacking, need: entry.types[index].need, reason: "no such type")
            }
            + entry.maps.indices.map { index in
                var lacking = entry
                lacking.maps[index].type.name = "nowhere"
                let type = lacking.maps[index].type
                return Lack(entry: lacking, need: entry.maps[index].need, reason: "map type \(type) not found")
            }
            + entry.probes.indices.map { index in
                var lacking = entry
                lacking.probes[index].candidates = [
                    CandidateSite(function: .named("runtime.nowhere"), place: .prologue)
                ]
                return Lack(
                    entry: lacking, need: entry.probes[index].need, reason: "no function runtime.nowhere",
                    program: entry.probes[index].program)
            }
    }

    @Test(arguments: sides) func `loses what needs it, says so, and keeps the rest`(side: Side) throws {
        let lacks = lacks(of: side.entry)
        var entries = [side.entry] + lacks.map(\.entry)
        for index in entries.indices { entries[index].name += " \(index)" }
        let libraries = try Planner(catalogue: Catalogue(libraries: entries)).plan(try side.analyse()).libraries
        try #require(libraries.count == entries.count)
        let whole = libraries[0]
        #expect(whole.state == .ready && whole.missing == [], "\(whole.missing)")
        for (lack, library) in zip(lacks, libraries.dropFirst()) {
            #expect(
                library.missing.map(\.consequence) == [lack.need.consequence(for: side.entry.purpose)],
                "\(library.missing)")
            // One alternative may lack the field, and another one its type.
            let reasons = lack.reason.map { [$0] } ?? ["no such field"] + Self.absentTypes(of: lack.entry)
            #expect(library.missing.allSatisfy { reasons.contains($0.reason) }, "\(library.missing)")
            switch lack.need {
            case .required: #expect(library.state == .refused && library.probes.isEmpty)
            case .optional:
                #expect(library.state == .partial)
                #expect(library.probes == whole.probes.filter { $0.program != lack.program })
            }
        }
    }

    private static func absentTypes(of entry: LibraryEntry) -> [String] {
        entry.fields.flatMap(\.alternatives).joined().map { "type \($0.type) not found" }
    }

    @Test(arguments: sides) func `has no facts of what it lacks, and all others`(side: Side) throws {
        func facts(_ entry: LibraryEntry) throws -> ns_binary_facts {
            let outcome = try Planner(catalogue: Catalogue(libraries: [.netHTTPServer, entry]))
                .plan(try side.analyse())
            return try #require(outcome.plan).facts
        }
        var lacking = side.entry
        var (lost, kept): ([FieldEntry], [FieldEntry]) = ([], [])
        for index in lacking.fields.indices {
            let entries = Array(lacking.fields[index].alternatives.joined())
            guard case .optional = lacking.fields[index].need else {
                kept += entries
                continue
            }
            lost += entries
            for alternative in lacking.fields[index].alternatives.indices {
                lacking.fields[index].alternatives[alternative][0].field = "nowhere"
            }
        }
        let (whole, left) = (try facts(side.entry), try facts(lacking))
        for entry in kept { #expect(left[keyPath: entry.fact] == whole[keyPath: entry.fact], "\(entry.field)") }
        for entry in lost { #expect(left[keyPath: entry.fact] == ns_offset(NS_ABSENT), "\(entry.field)") }
        for need in side.entry.types { #expect(left[keyPath: need.fact] == whole[keyPath: need.fact]) }
        #expect(lost.isEmpty || words(left) != words(whole))
    }
}
