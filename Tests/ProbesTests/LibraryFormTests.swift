import CBPF
import GoBinary
import TestSupport
import Testing

@testable import Probes

/// Libraries whose names moved between releases, and programs with more than one copy of a library. The binaries are real;
/// the catalogue asks them for forms that are there, and for some that aren't.
@Suite struct `A library of several forms` {
    private func report(_ forms: [LibraryEntry]) throws -> LibraryReport {
        let planner = Planner(catalogue: Catalogue(libraries: forms))
        let outcome = try planner.plan(try analyse("httpserver", .newest, .stripped).binary)
        #expect(outcome.libraries.count == 1)
        return try #require(outcome.libraries.first)
    }

    /// As http2ClientConn of net/http is in Go 1.27, where the name is another type's.
    private var withoutItsFields: LibraryEntry {
        var entry = LibraryEntry.netHTTPServer
        let status = FieldEntry(
            TypeName(package: "net/http", name: "response"), "code", .word, \.[server: .http1].response_status)
        entry.fields.append(FieldNeed(.required, [status]))
        return entry
    }

    private var withoutAnOptionalField: LibraryEntry {
        var entry = LibraryEntry.netHTTPServer
        let trailer = FieldEntry(
            TypeName(package: "net/http", name: "Request"), "Trail", .word, \.[server: .http1].request_tls)
        entry.fields.append(FieldNeed(.optional(loss: "nothing"), [trailer]))
        return entry
    }

    @Test func `is traced in the form that has the wanted fields`() throws {
        for forms in [
            [withoutItsFields, .netHTTPServer], [.netHTTPServer, withoutItsFields],
            [withoutItsFields, withoutAnOptionalField, .netHTTPServer],
        ] {
            let report = try report(forms)
            #expect(report.state == .ready)
            #expect(report.missing.isEmpty, "\(report.missing)")
            #expect(report.probes == (try self.report([.netHTTPServer]).probes))
        }
    }

    @Test func `is traced in part rather than not at all`() throws {
        let report = try report([withoutItsFields, withoutAnOptionalField])
        #expect(report.state == .partial)
        #expect(report.missing.map(\.what) == ["net/http.Request.Trail"])
    }

    @Test func `says what the first form lacks where none will do`() throws {
        let report = try report([withoutItsFields, withoutItsFields])
        #expect(report.state == .refused && report.probes.isEmpty)
        #expect(report.missing.map(\.what) == ["net/http.response.code"])
    }

    @Test func `is absent where the executable has none of them`() throws {
        var other = LibraryEntry.netHTTPServer
        other.anchor = "net/http.(*conn).serveNothing"
        #expect(try report([other, other]).state == .absent)
    }
}
