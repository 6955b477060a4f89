import ArgumentParser

extension CompletionKind {
    /// Pids of the processes whose executable may be looked at, by which kernel threads fall out. It means the same in bash,
    /// zsh and fish.
    static var processes: CompletionKind {
        .shellCommand(
            "find /proc -maxdepth 2 -path \"/proc/[0-9]*/exe\" -xtype f -printf \"%P\\n\" 2>/dev/null | cut -d/ -f1")
    }
}
