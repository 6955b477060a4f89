import BPFRuntime
import CBPF
import Probes
import SystemPackage
import Workloads

/// Executables are armed when a process that runs them is traced first, and disarmed a while after the last one has ended.
extension Tracer {
    /// How long an executable that nobody runs stays armed for one who starts it again.
    static let grace = Duration.seconds(10)
    private static let look = Duration.milliseconds(250)

    /// Looks after what is armed, until cancelled.
    package func lookAfterArmed(_ clock: ContinuousClock = ContinuousClock()) async {
        while (try? await clock.sleep(for: Self.look)) != nil {
            try? lookAfterLeaving(now: clock.now)
            await lookAfterArmed(now: clock.now)
            await analyses.dropUnused(armed: armed.values.map(\.executable.state))
        }
    }

    private func lookAfterArmed(now: ContinuousClock.Instant) async {
        for (identity, entry) in armed {
            if let since = entry.idleSince {
                if !entry.isGuarded || now - since >= Self.grace { disarm(identity) }
                continue
            }
            // Where a running program's file can be written to (Linux 6.11), who does is not held up.
            if let lease = entry.arming.lease, lease.isAwaited { lease.giveUp() }
            await handOver(identity)
        }
    }

    /// Whether it needn't be opened for the next process that runs it.
    func isArmed(_ executable: KnownExecutable) -> Bool {
        armed[executable.identity].map { !$0.users.isEmpty || $0.executable.state == executable.state } ?? false
    }

    /// Has an executable armed for a process. The process must be found to run it afterwards.
    /// - Parameter file: the one that it runs; nil for what is armed already.
    func join(
        _ executable: KnownExecutable, user: UInt32, pid: Int32, through file: ExecutableFile?
    ) throws(TracerError) {
        if var entry = usable(executable) {
            entry.users[user] = pid
            entry.idleSince = nil
            armed[executable.identity] = entry
            return
        }
        do throws(TracerError) {
            let file = if let file { file } else { try open(pid) }
            try arm(executable, through: file, user: user, pid: pid)
        } catch .executableChanged {
            throw .executableChanged("process \(pid)")
        }
    }

    /// As for a process, for one that is to run the file.
    func join(_ executable: KnownExecutable, user: UInt32, through file: ExecutableFile) throws(TracerError) {
        try arm(executable, through: file, user: user, pid: 0)
    }

    /// What is armed already, unless the file may have been written to while nobody ran it.
    private func usable(_ executable: KnownExecutable) -> ArmedEntry? {
        guard let entry = armed[executable.identity] else { return nil }
        if entry.users.isEmpty, entry.executable.state != executable.state {
            disarm(executable.identity)
            return nil
        }
        return entry
    }

    /// A traced process that ran it has ended.
    func leave(_ identity: ExecutableIdentity, user: UInt32) {
        guard var entry = armed[identity], entry.users.removeValue(forKey: user) != nil else { return }
        if entry.users.isEmpty { entry.idleSince = .now }
        armed[identity] = entry
        if entry.users.isEmpty, !entry.mayStayIdle { disarm(identity) }
    }

    /// Once the process through which an executable was armed has ended, its mount must not be kept busy: another one's is.
    /// In between, both are armed, and each probe runs twice: the second time it finds nothing to do.
    private func handOver(_ identity: ExecutableIdentity) async {
        guard let entry = armed[identity], entry.needsHandOver else { return }
        for (user, pid) in entry.users {
            guard let file = try? await reading(pid, { () throws(TracerError) in try self.open(pid) }) else { continue }
            // Meanwhile, processes may have come and gone.
            guard var entry = armed[identity], entry.needsHandOver, entry.users[user] == pid else { return }
            if file.mount != entry.arming.mount {
                let arming = try? arming(entry.executable, through: file, slot: entry.slot, isRunning: true)
                guard let arming else { continue }
                entry.arming = arming
            }
            entry.through = user
            armed[identity] = entry
            return
        }
    }

    private func arm(
        _ executable: KnownExecutable, through file: ExecutableFile, user: UInt32, pid: Int32
    ) throws(TracerError) {
        if binarySlots.isEmpty, let longestIdle { disarm(longestIdle) }
        guard let slot = binarySlots.take() else { throw .tooManyExecutables(limit: Int(NS_MAX_BINARIES)) }
        do throws(TracerError) {
            try describe(executable, in: slot)
            let arming = try arming(executable, through: file, slot: slot)
            armed[executable.identity] = ArmedEntry(
                slot: slot, executable: executable, arming: arming, through: user, users: [user: pid])
        } catch {
            forget(executable, in: slot)
            throw error
        }
    }

    /// Has the programs know an executable.
    private func describe(_ executable: KnownExecutable, in slot: BinarySlots.Slot) throws(TracerError) {
        var facts = executable.plan.facts
        facts.generation = slot.generation
        do throws(BPFError) {
            try binaries.set(facts, for: slot.number)
            for type in executable.plan.contextTypes {
                try contextTypes.set(type.layout, for: ns_context_type_key(binary: slot.number, hash: type.hash))
            }
        } catch {
            throw .bpf(error)
        }
    }

    /// Has the programs do nothing for an executable any more, and gives its slot back.
    private func forget(_ executable: KnownExecutable, in slot: BinarySlots.Slot) {
        // Before others' facts are there, the last run that reads these has ended. Where the kernel can't tell, it has by the
        // time that it is this slot's turn again.
        _ = try? silence([slot])
        for type in executable.plan.contextTypes {
            _ = try? contextTypes.remove(ns_context_type_key(binary: slot.number, hash: type.hash))
        }
        binarySlots.giveBack(slot)
    }

    /// - Parameter isRunning: traced processes have run it since it was analysed; then what it holds is the same, whatever
    ///   was done to its mode or its links.
    private func arming(
        _ executable: KnownExecutable, through file: ExecutableFile, slot: BinarySlots.Slot, isRunning: Bool = false
    ) throws(TracerError) -> Arming {
        // From here on nobody changes the file: it runs, or there is the lease.
        let lease = try? file.lease()
        let state = try state(of: file)
        guard isRunning ? state.identity == executable.identity : state == executable.state, file.isUnchanged else {
            throw .executableChanged(file.path.string)
        }
        let plan = executable.plan
        let points =
            plan.attachPoints + (findsRoutes ? plan.routeAttachPoints : [])
            + (propagates ? plan.propagationAttachPoints : [])
        let sites = points.map {
            ProbeSite(program: $0.program, offset: $0.fileOffset, cookie: slot.cookie(variant: $0.variant))
        }
        do throws(BPFError) {
            let probes = try ArmedExecutable(file.handle.string, sites: sites, of: programs, ledger: ledger)
            return Arming(probes, mount: file.mount, lease: lease)
        } catch {
            let subject = error.subject == file.handle.string ? executable.path : error.subject
            throw .bpf(BPFError(error.operation, on: subject, code: error.code, log: error.log))
        }
    }

    func disarm(_ identity: ExecutableIdentity) {
        guard let entry = armed.removeValue(forKey: identity) else { return }
        forget(entry.executable, in: entry.slot)
    }

    /// Disarms everything; where taking probes out is slow, they are left to the end of this process, doing nothing.
    func disarmAll() throws(BPFError) {
        // Even links that are closed at once stay as long as somebody who lists the machine's holds them.
        let isSilent = try silence(armed.values.map(\.slot))
        if watch.object.attachKind == .perf, isSilent {
            for entry in armed.values { try entry.arming.leaveToEnd() }
        } else {
            ProbeLinks.close(armed.values.map(\.arming.links))
        }
        armed.removeAll()
    }

    /// Has the programs do nothing for these executables from here on. False when they may still run.
    private func silence(_ slots: [BinarySlots.Slot]) throws(BPFError) -> Bool {
        for slot in slots {
            guard var facts = try binaries.value(of: slot.number) else { continue }
            facts.goid = ns_offset(NS_UNUSED)
            try binaries.set(facts, for: slot.number)
        }
        return RunningPrograms.waitForEnd()
    }

    private var longestIdle: ExecutableIdentity? {
        armed.compactMap { identity, entry in entry.idleSince.map { (identity, since: $0) } }
            .min { $0.since < $1.since }?.0
    }
}

extension ContextType {
    fileprivate var layout: ns_context_type {
        ns_context_type(parent: parent, behind: behind ?? ns_offset(NS_ABSENT))
    }
}
