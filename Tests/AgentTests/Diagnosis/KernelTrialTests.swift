import Agent
import BPFRuntime
import CBPF
import Glibc
import TestSupport
import Testing

/// The checks that try the kernel, on this one.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root")) struct `Trying the kernel` {
    private static func results(
        records: String, idleProgram: [String] = ["/bin/true"], attachKind: AttachKind? = nil
    ) async throws -> [String: CheckResult] {
        let files = HostFiles()
        let diagnosis = await Diagnosis(
            of: Host(
                files: files, privileges: try Privileges(files), recordFolder: records, idleProgram: idleProgram,
                attachKind: attachKind))
        return Dictionary(uniqueKeysWithValues: diagnosis.results.map { ($0.id, $0) })
    }

    @Test(arguments: AttachKind.allCases)
    func `finds all that tracing needs, and leaves nothing behind`(kind: AttachKind) async throws {
        let folder = try TemporaryFolder()
        let results = try await Self.results(records: "\(folder.path)/none", attachKind: kind)
        for id in [
            "privileges", "kernel", "btf", "bpf-programs", "bpf-jit", "process-events", "process-list", "uprobes",
            "ring-buffer", "procfs", "run-folder", "leftovers",
        ] {
            #expect(results[id]?.status == .pass, "\(String(describing: results[id]))")
        }
        #expect(results["uprobes"]?.message.contains(kind == .multi ? "uprobe_multi" : "perf") == true)
        #expect(results["bpf-memory"]?.message.contains("MiB") == true)
        #expect(results["probe-cost"]?.message.contains("µs") == true)
        #expect(access("\(folder.path)/none", F_OK) != 0)
        let left = try UprobeLinks.all().filter { $0.path.contains("nodespan-trial") }
        #expect(left == [])
    }

    /// A program that nodespan loads but its doctor doesn't would be missed on the kernel that refuses it.
    @Test func `covers every BPF program`() async throws {
        let folder = try TemporaryFolder()
        let sources = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/bpf/programs"
        let results = try await Self.results(records: folder.path)
        let message = ["bpf-programs", "propagation"].compactMap { results[$0]?.message }.joined(separator: "; ")
        let programs = try fileNames(in: sources).filter { $0.hasSuffix(".bpf.c") }
        #expect(!programs.isEmpty)
        for name in programs {
            #expect(message.contains(name.dropLast(".bpf.c".count)), "\(name): \(message)")
        }
    }

    /// A limit of a control group, or of one above it, in both versions of control groups.
    @Test(arguments: [
        ("0::/a/b\n", "/sys/fs/cgroup/a/memory.max", "50000000\n", "warn", "of the 47.7 MiB"),
        ("0::/\n", "/sys/fs/cgroup/memory.max", "500000000\n", "pass", "of the 476.8 MiB"),
        ("0::/a\n", "/sys/fs/cgroup/a/memory.max", "max\n", "pass", "no limit"),
        (
            "4:memory:/x\n0::/\n", "/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "50000000\n", "warn",
            "of the 47.7 MiB"
        ),
        ("4:memory:/x\n", "/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "9223372036854771712\n", "pass", "no limit"),
        ("garbage\n::\n", "/x", "", "pass", "no limit"),
    ])
    func `compares its maps with the memory it may have`(
        groups: String, file: String, limit: String, status: String, words: String
    ) async throws {
        let host = try HostFolder()
        try host.set("/proc/self/cgroup", groups)
        try host.set(file, limit)
        let diagnosis = await Diagnosis(
            of: Host(
                files: HostFiles(root: host.path), privileges: try Privileges(HostFiles()), recordFolder: host.records,
                idleProgram: ["/bin/true"]))
        let result = try #require(diagnosis.results.first { $0.id == "bpf-memory" })
        #expect(result.status.rawValue == status && result.message.contains(words), "\(result)")
    }

    @Test func `notices that no program starts`() async throws {
        let folder = try TemporaryFolder()
        let results = try await Self.results(records: folder.path, idleProgram: ["/nonexistent"])
        #expect(results["process-events"]?.status == .fail)
        #expect(results["uprobes"]?.status == .pass)
    }

    @Test(arguments: AttachKind.allCases)
    func `finds the probes of others, and knows nodespan's own`(kind: AttachKind) async throws {
        let folder = try TemporaryFolder()
        let program = "\(folder.path)/traced by another"
        try writeFile(program, readFile("/bin/true"), permissions: 0o755)
        let object = try BPFObject(ns_image_trial(), name: "trial", attachKind: kind)
        let sites = [ProbeSite(program: "trial_hit", offset: 4096, cookie: 0)]
        let links = ProbeLinks()
        try links.attach(
            "trial_hit", of: object, path: program, sites: [ProbeLinks.Site(offset: 4096, cookie: 0)])
        let found = try #require(try await Self.results(records: folder.path)["other-tracers"])
        #expect(found.status == .warn && found.message.contains("1 in \(program)"), "\(found)")
        links.close()

        // With a record, this process is a nodespan that traces.
        let ledger = try ArmedLedger(folder: "\(folder.path)/armed")
        let armed = try ArmedExecutable(program, sites: sites, of: object, ledger: ledger)
        // Of a perf event, the kernel tells the path that was given.
        let isOwn = try UprobeLinks.all().contains {
            ($0.path == program || kind == .perf && $0.path.hasPrefix("/proc/self/fd/")) && $0.count == 1
        }
        #expect(isOwn)
        let own = try await Self.results(records: "\(folder.path)/armed")
        #expect(own["other-tracers"]?.message.contains(program) == false)
        #expect(own["leftovers"]?.message.contains("\(getpid())") == true)
        try armed.disarm()
    }
}
