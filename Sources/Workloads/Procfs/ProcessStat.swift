/// What /proc/PID/stat shows of a process, as far as it is of use here (proc_pid_stat(5)).
package struct ProcessStat: Hashable, Sendable {
    /// In the pid namespace of /proc, as all numbers here.
    package let pid: Int32
    /// At most 15 bytes, of any kind.
    package let commandName: String
    /// 0 when it is outside of the pid namespace of /proc.
    package let parent: Int32
    /// The process that began the session: 0 when it is outside of the pid namespace of /proc.
    package let session: Int32
    /// When the process began, in clock ticks since boot. It survives exec.
    package let startTicks: UInt64

    package init(pid: Int32, commandName: String, parent: Int32, session: Int32, startTicks: UInt64) {
        self.pid = pid
        self.commandName = commandName
        self.parent = parent
        self.session = session
        self.startTicks = startTicks
    }

    /// Nil for a text of another form.
    package init?(_ text: [UInt8]) {
        // The name may hold brackets and blanks; nothing behind it does.
        guard let opening = text.firstIndex(of: UInt8(ascii: "(")), let closing = text.lastIndex(of: UInt8(ascii: ")")),
            opening < closing
        else { return nil }
        let blank = UInt8(ascii: " ")
        let fields = text[(closing + 1)...].split(separator: blank, maxSplits: 20).map {
            String(decoding: $0, as: UTF8.self)
        }
        let number = text[..<opening].split(separator: blank).first.map { String(decoding: $0, as: UTF8.self) }
        // The third field is the first behind the name.
        guard fields.count > 19, let pid = number.flatMap({ Int32($0) }), let parent = Int32(fields[1]),
            let session = Int32(fields[3]), let startTicks = UInt64(fields[19])
        else { return nil }
        self.init(
            pid: pid, commandName: String(decoding: text[(opening + 1)..<closing], as: UTF8.self), parent: parent,
            session: session, startTicks: startTicks)
    }
}
