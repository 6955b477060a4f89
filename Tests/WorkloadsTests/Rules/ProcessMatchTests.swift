import Testing
import Workloads

@Suite struct `A match of processes` {
    private struct Process: ProcessSubject {
        var executablePath = "/opt/shop/front"
        var controlGroups = ControlGroups(Array("0::/system.slice/shop-front.service\n".utf8))
        var environment = ["STAGE": "prod-1", "EMPTY": ""]
        var listeningPorts: Set<UInt16> = [8080]
    }

    /// What is asked of a process.
    private static func match(
        exe: [String] = [], unit: [String] = [], cgroup: [String] = [], variables: [String] = [],
        ports: Set<UInt16> = []
    ) -> ProcessMatch {
        ProcessMatch(
            executables: exe.compactMap(ExecutablePattern.init), units: unit.compactMap(NamePattern.init),
            controlGroups: cgroup.compactMap(NamePattern.init), variables: variables.compactMap(VariablePattern.init),
            ports: ports)
    }

    @Test(arguments: [
        match(exe: ["front"]), match(exe: ["back", "/opt/*"]), match(unit: ["shop-*"]),
        match(cgroup: ["/system.slice/*"]),
        match(variables: ["STAGE"]), match(variables: ["EMPTY"]), match(variables: ["NONE", "STAGE=prod*"]),
        match(ports: [80, 8080]),
        match(exe: ["front"], unit: ["*.service"], cgroup: ["*"], variables: ["STAGE=*"], ports: [8080]),
    ])
    func `holds where each kind of condition does`(match: ProcessMatch) {
        #expect(match.matches(Process()))
    }

    @Test(arguments: [
        match(exe: ["back"]), match(unit: ["front.service"]), match(cgroup: ["/user.slice/*"]),
        match(variables: ["NONE"]), match(variables: ["STAGE=test"]), match(ports: [80]),
        match(exe: ["front"], ports: [80]), match(exe: ["back"], variables: ["STAGE"]),
    ])
    func `holds not where one doesn't`(match: ProcessMatch) {
        #expect(!match.matches(Process()))
    }

    @Test func `finds the unit of a user's own systemd`() {
        let groups = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service\n"
        let process = Process(controlGroups: ControlGroups(Array(groups.utf8)))
        #expect(Self.match(unit: ["shop.service"]).matches(process))
    }

    @Test func `says nothing without a condition`() {
        #expect(Self.match().isEmpty)
        #expect(!Self.match(ports: [1]).isEmpty)
    }

    @Test(arguments: ["", "=x", "NAME="])
    func `takes no variable without a name or a pattern`(text: String) {
        #expect(VariablePattern(text) == nil)
    }
}
