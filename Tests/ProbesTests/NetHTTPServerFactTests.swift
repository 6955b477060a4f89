import CBPF
import TestSupport
import Testing

@testable import Probes

/// Offsets on amd64, as the DWARF of unstripped builds of these releases has them.
@Suite struct `Facts of the net/http server` {
    private static let absent = ns_offset(NS_ABSENT)

    private func facts(_ go: GoToolchain, _ mode: LinkMode) throws -> ns_binary_facts {
        try #require(try Planner().plan(try analyse("httpserver", go, mode).binary).plan).facts
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `are the offsets of the release`(go: GoToolchain, mode: LinkMode) throws {
        let facts = try facts(go, mode)
        let http = facts[server: .http1]
        #expect(facts.goid == ([23, 24].contains(go.minor) ? 160 : 152))
        #expect(http.request_read == http.request_context + 16)
        #expect(http.url_read == (go.minor >= 26 ? 104 : 112))
        #expect(http.response_from == 0)
        #expect(http.response_read == (go.minor >= 27 ? 136 : 128))
        #expect(http.request_method == 0)
        #expect(http.request_url == 16)
        #expect(http.request_proto_major == 40)
        #expect(http.request_proto_minor == 48)
        #expect(http.request_header == 56)
        #expect(http.request_content_length == 88)
        #expect(http.request_host == 128)
        #expect(http.request_remote_addr == 176)
        #expect(http.request_tls == 208)
        #expect(http.request_context == (go.minor >= 23 ? 248 : 232))
        #expect(http.request_pattern == (go.minor >= 23 ? 232 : Self.absent))
        #expect(http.request_pat == (go.minor == 22 ? 248 : Self.absent))
        #expect(http.pattern_str == (go.minor == 22 ? 0 : Self.absent))
        #expect(http.url_path == 56)
        #expect(http.url_raw_query == (go.minor >= 26 ? 88 : 96))
        #expect(http.response_conn == 0)
        #expect(http.response_request == 8)
        #expect(http.response_status == (go.minor >= 27 ? 128 : 120))
        #expect(http.response_written == (go.minor >= 27 ? 112 : 104))
        #expect(http.conn_hijacked == (go.minor == 19 ? 144 : 136))
    }

    @Test(arguments: GoToolchain.all, LinkMode.allCases)
    func `know how header maps lie in memory`(go: GoToolchain, mode: LinkMode) throws {
        let map = try facts(go, mode).header_map
        #expect(map.count == 0)
        #expect(map.keys == 8)
        if go.minor < 24 {
            #expect(map.kind == UInt16(NS_MAP_CLASSIC.rawValue))
            #expect([map.flags, map.log2_buckets, map.buckets, map.old_buckets] == [8, 9, 16, 24])
            #expect([map.key_stride, map.elems, map.elem_stride] == [16, 136, 24])
            #expect([map.group_size, map.overflow] == [336, 328])
            #expect([map.directory, map.directory_len].allSatisfy { $0 == Self.absent })
            #expect([map.table_index, map.table_groups, map.table_length_mask].allSatisfy { $0 == Self.absent })
        } else {
            #expect(map.kind == UInt16(NS_MAP_SWISS.rawValue))
            #expect([map.directory, map.directory_len] == [16, 24])
            #expect([map.table_index, map.table_groups, map.table_length_mask] == [8, 16, 24])
            #expect([map.key_stride, map.elems, map.elem_stride, map.group_size] == [40, 24, 40, 328])
            #expect([map.flags, map.log2_buckets, map.buckets].allSatisfy { $0 == Self.absent })
            #expect([map.old_buckets, map.overflow].allSatisfy { $0 == Self.absent })
        }
    }

    @Test(arguments: GoToolchain.all)
    func `leave out only what the release has not`(go: GoToolchain) throws {
        let (_, binary) = try analyse("httpserver", go, .stripped)
        let plan = try #require(try Planner().plan(binary).plan)
        let library = try #require(plan.libraries.first)
        #expect(plan.goVersion == "go\(go.version)" || go.version == "1.19" && plan.goVersion.hasPrefix("go1.19"))
        #expect(library.name == "net/http server")
        #expect(library.state == .ready)
        #expect(library.probes == plan.attachPoints.filter { $0.program.hasPrefix("http_server_") })
        #expect(library.missing.map(\.what) == (go.minor >= 22 ? [] : ["net/http.Request.Pattern"]))
        #expect(library.missing.allSatisfy { $0.consequence == "no http.route" && $0.reason == "no such field" })
        #expect(library.fields.contains { $0.type == "net/http.response" && $0.field == "status" })
        #expect(library.fields.contains { $0.type == "runtime.g" && $0.field == "goid" })
        let mapType = go.minor < 24 ? "runtime.hmap" : "internal/runtime/maps.Map"
        #expect(library.fields.contains { $0.type == mapType })
        #expect(Set(library.fields).count == library.fields.count)
    }
}
