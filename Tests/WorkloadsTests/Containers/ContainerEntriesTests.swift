import Testing
import Workloads

@Suite struct `How a process came into its container` {
    private typealias Process = MadeUpProcesses.Process
    private var entries = ContainerEntries()
    private var machine = MadeUpProcesses()

    init() {
        machine.processes[1] = Process(name: "init", parent: 0, start: 0, container: "")
        machine.processes[10] = Process(name: "shim", parent: 1, start: 10, container: "")
    }

    private mutating func entry(_ pid: Int32) -> ContainerEntry? { entries.entry(of: pid, in: machine) }

    /// With a pid namespace of its own; then one that a pod's containers share, whose first process is another container's;
    /// then the machine's.
    @Test(arguments: ["own", "pod", "host"])
    mutating func `is told by its ancestors`(namespace: String) {
        func inner(_ number: Int32) -> Int32? { namespace == "host" ? nil : namespace == "pod" ? number + 40 : number }
        machine.processes[11] = Process(
            name: "pause", parent: 10, start: 15, inner: namespace == "pod" ? 1 : nil, container: "b")
        machine.processes[20] = Process(parent: 10, session: 20, start: 20, inner: inner(1))
        machine.processes[21] = Process(parent: 20, session: 20, start: 21, inner: inner(7))
        machine.processes[22] = Process(parent: 21, session: 22, start: 22, inner: inner(8))
        machine.processes[30] = Process(parent: 10, session: 30, start: 30, inner: inner(9))
        machine.processes[31] = Process(parent: 30, session: 30, start: 31, inner: inner(10))
        #expect(entry(31) == .entered)
        #expect(entry(22) == .own && entry(21) == .own && entry(20) == .own)
        #expect(entry(30) == .entered)
        // Of the same number, once it belongs to another process.
        machine.processes[31] = Process(parent: 20, session: 20, start: 40, inner: inner(11))
        #expect(entry(31) == .own)
        #expect(entry(10) == nil && entry(99) == nil)
    }

    @Test(arguments: ["own", "pod"])
    mutating func `is remembered when its parent ends`(namespace: String) {
        let isOwn = namespace == "own"
        machine.processes[11] = Process(name: "pause", parent: 10, start: 15, inner: isOwn ? nil : 1, container: "b")
        machine.processes[20] = Process(parent: 10, session: 20, start: 20, inner: isOwn ? 1 : 41)
        machine.processes[21] = Process(parent: 20, session: 20, start: 21, inner: 50)
        machine.processes[22] = Process(parent: 21, session: 22, start: 22, inner: 51)
        machine.processes[30] = Process(parent: 10, session: 30, start: 30, inner: 52)
        machine.processes[31] = Process(parent: 30, session: 30, start: 31, inner: 53)
        #expect(entry(22) == .own && entry(31) == .entered)
        machine.processes[21] = nil
        machine.processes[30] = nil
        let adopter: Int32 = isOwn ? 20 : 11
        machine.processes[22]?.parent = adopter
        machine.processes[31]?.parent = adopter
        entries.keep(machine.processes.keys)
        #expect(entry(22) == .own && entry(31) == .entered)
        // What it was is gone with it.
        entries.keep([1, 10, 20])
        #expect(entry(31) == (isOwn ? .own : .entered))
    }

    /// Which is how it looks to a tracer that is started later.
    @Test mutating func `is told by the session where the parent has ended`() {
        machine.processes[20] = Process(parent: 10, session: 20, start: 20)
        machine.processes[21] = Process(parent: 10, session: 20, start: 21)
        machine.processes[30] = Process(parent: 10, session: 30, start: 30)
        #expect(entry(21) == .own && entry(30) == .entered)
        // One that the container shares with others, as a shell's, tells nothing.
        machine.processes[40] = Process(parent: 10, session: 5, start: 40, container: "c")
        machine.processes[41] = Process(parent: 10, session: 5, start: 41, container: "c")
        #expect(entry(40) == .own && entry(41) == .entered)
    }

    @Test mutating func `isn't told before the program is executed`() {
        machine.processes[20] = Process(name: "exe", parent: 10, start: 20, arguments: ["/usr/sbin/runc", "init"])
        machine.processes[21] = Process(name: "runc:[1:CHILD]", parent: 20, start: 20, inner: 1)
        machine.processes[22] = Process(name: "runc:[2:INIT]", parent: 10, start: 21, inner: 1)
        for pid: Int32 in 20...22 { #expect(entry(pid) == .starting) }
        machine.processes[20] = nil
        machine.processes[21] = nil
        machine.processes[22]?.name = "server"
        #expect(entry(22) == .own)
        // What was about to be the first is none that others are measured by.
        machine.processes[40] = Process(
            name: "6", parent: 10, start: 40, arguments: ["runc", "init"], container: "c")
        machine.processes[41] = Process(parent: 10, start: 41, container: "c")
        #expect(entry(41) == .own)
    }

    @Test mutating func `takes one look at all processes for a container`() {
        machine.processes[20] = Process(parent: 10, start: 20)
        for pid: Int32 in 30..<60 { machine.processes[pid] = Process(parent: 10, start: UInt64(pid)) }
        for pid: Int32 in 30..<60 { #expect(entry(pid) == .entered) }
        #expect(machine.scans.count == 1)
        // The first process has ended: the next is another one's.
        machine.processes[20] = Process(parent: 1, start: 70, container: "")
        machine.processes[80] = Process(parent: 10, start: 5)
        #expect(entry(80) == .own && machine.scans.count == 2)
    }

    /// A tenant may start processes one below the other, as many as it likes.
    @Test mutating func `is looked for among so many ancestors only`() {
        machine.processes[20] = Process(parent: 10, start: 20, inner: 1)
        for pid: Int32 in 21..<400 { machine.processes[pid] = Process(parent: pid - 1, start: 21, inner: pid) }
        #expect(entry(399) == .entered)
        #expect(entry(100) == .own)
        // Two that are each other's parents, as numbers that were given again may look.
        machine.processes[500] = Process(parent: 501, start: 21)
        machine.processes[501] = Process(parent: 500, start: 21)
        #expect(entry(500) == .entered)
    }
}

@Suite struct `A program that keeps containers` {
    @Test(
        arguments: [
            ("/usr/local/bin/runsc", ["runsc-sandbox", "--root=/run"], SandboxRuntime.gVisor(program: "runsc")),
            ("/memfd:runsc", ["runsc-gofer", "--root=/run"], .gVisor(program: "runsc-gofer")),
            ("/usr/bin/qemu-system-x86_64", [], .virtualMachine(program: "qemu-system-x86_64")),
            (
                "/opt/kata/bin/cloud-hypervisor", ["/opt/kata/bin/cloud-hypervisor"],
                .virtualMachine(program: "cloud-hypervisor")
            ),
            ("/firecracker", ["/firecracker"], .virtualMachine(program: "firecracker")),
            ("/usr/bin/server", ["server", "runsc"], nil), ("/srv/runsc/server", [], nil), ("", [""], nil),
            ("/usr/bin/qemu-img", [], nil),
        ] as [(String, [String], SandboxRuntime?)])
    func `is known by its name`(path: String, arguments: [String], runtime: SandboxRuntime?) {
        #expect(SandboxRuntime(programPath: path, arguments: arguments) == runtime)
    }
}
