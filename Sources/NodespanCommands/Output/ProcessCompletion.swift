import ArgumentParser

extension CompletionKind {
    /// Pids of the processes whose executable may be looked at, by which kernel threads fall out.
    static var processes: CompletionKind {
        .shellCommand("for p in /proc/[0-9]*; do [ -e $p/exe ] && echo ${p#/proc/}; done")
    }
}
