package import CBPF

/// What the kernel tells of processes.
package enum ProcessNotice: Sendable {
    case event(ns_process_event)
    /// There was no room for some events.
    case missed
}

/// What has become of a process. A pid is one of the caller's pid namespace.
package enum ProcessChange: Sendable {
    /// The awaited program has been started and is traced, unless it is another one by now than the one that was armed.
    case launched(isOther: Bool)
    /// The last thread of a traced process has ended.
    case ended(pid: Int32)
    /// A traced process has executed a program, which isn't traced yet.
    case replaced(pid: Int32, before: KnownExecutable)
    /// Something else than what was written showed up in a process: nothing is written to it any more, so that its requests
    /// carry no trace context.
    case writesOff(pid: Int32)
    /// A process has executed a program of a name that was asked for.
    case executed(pid: Int32)
    /// Others may have begun: look at all of them.
    case missed
}
