import Glibc

/// A place to arm and the program that runs there.
package struct ProbeSite: Hashable, Sendable {
    /// Name of a program of section "uprobe".
    package let program: String
    /// File offset, bytes.
    package let offset: UInt64
    package let cookie: UInt64

    package init(program: String, offset: UInt64, cookie: UInt64) {
        self.program = program
        self.offset = offset
        self.cookie = cookie
    }
}

/// An executable file with probes in it, for every process that runs it. Arm and disarm with `TerminationSignals` held.
/// Start no process meanwhile: a child that has not yet executed its program holds the links, too, and would be the one
/// to disarm.
package struct ArmedExecutable: ~Copyable, Sendable {
    /// What was recorded.
    package let file: ArmedFile
    private let links: ProbeLinks
    private let ledger: ArmedLedger
    private let entry: UInt64

    /// Records what it is going to arm, then arms it: one link per program, or per place. On failure nothing stays armed or recorded.
    /// - Parameters:
    ///   - path: best `/proc/PID/exe`: a host path would pin the mount of a container's image. Opened once, so that what
    ///     is recorded is what is armed.
    ///   - object: has all programs that `sites` names.
    package init(
        _ path: String, sites: [ProbeSite], of object: borrowing BPFObject, ledger: ArmedLedger
    ) throws(BPFError) {
        let (file, links, entry) = try Self.arm(path, sites, ledger) {
            (program, links, path, sites) throws(BPFError) in
            try links.attach(program, of: object, path: path, sites: sites)
        }
        self.file = file
        self.links = links
        self.ledger = ledger
        self.entry = entry
    }

    /// As above, with programs of several objects.
    package init(
        _ path: String, sites: [ProbeSite], of programs: TracingPrograms, ledger: ArmedLedger
    ) throws(BPFError) {
        let (file, links, entry) = try Self.arm(path, sites, ledger) {
            (program, links, path, sites) throws(BPFError) in
            try programs.attach(program, links: links, path: path, sites: sites)
        }
        self.file = file
        self.links = links
        self.ledger = ledger
        self.entry = entry
    }

    private static func arm(
        _ path: String, _ sites: [ProbeSite], _ ledger: ArmedLedger,
        attach: (String, ProbeLinks, String, [ProbeLinks.Site]) throws(BPFError) -> Void
    ) throws(BPFError) -> (ArmedFile, ProbeLinks, UInt64) {
        let executable = try OwnedDescriptor(opening: path, O_RDONLY)
        let file = try ArmedFile(executable, path: path, offsets: sites.map(\.offset))
        let entry = try ledger.add(file)
        let links = ProbeLinks()
        do {
            var programs: [String] = []
            for site in sites where !programs.contains(site.program) { programs.append(site.program) }
            for program in programs {
                let sites = sites.filter { $0.program == program }.map {
                    ProbeLinks.Site(offset: $0.offset, cookie: $0.cookie)
                }
                try attach(program, links, "/proc/self/fd/\(executable.number)", sites)
            }
        } catch {
            links.close()
            try ledger.remove(entry)
            throw BPFError(error.operation, on: path, code: error.code, log: error.log)
        }
        return (file, links, entry)
    }

    /// Takes the probes out, then the record.
    package consuming func disarm() throws(BPFError) {
        links.close()
        try ledger.remove(entry)
    }

    /// Takes the probes out; the record stays until this goes.
    package func close() {
        links.close()
    }

    /// Leaves the probes to the kernel, which takes them out when this process ends, before anyone sees that it has. No
    /// signal can interrupt it there and have breakpoints left behind, so the record goes at once. For a process that
    /// ends next and has its programs do nothing until then: closing perf links would take it 100 ms each.
    package func leaveToEnd() throws(BPFError) {
        links.leaveOpen()
        try ledger.remove(entry)
    }

    deinit {
        links.close()
        // A record that stays is read, found clean and removed at the next start.
        try? ledger.remove(entry)
    }
}
