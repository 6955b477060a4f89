import Agent

/// What `run` says of processes.
enum SupervisorMessages {
    static func print(_ notice: SupervisorNotice) {
        switch notice {
        case .traced(let candidate, let rule):
            StandardError.print("tracing \(TracingMessages.name(candidate)), by rule \(rule)")
            TracingMessages.printMissing(candidate)
        case .changed(let pid, let rule): StandardError.print("process \(pid) is traced by rule \(rule) from now on")
        case .untraced(let pid): StandardError.print("process \(pid) is traced no more: no rule wants it")
        case .ended(let pid): StandardError.print("process \(pid) has ended")
        case .refused(let error): StandardError.print("nodespan: \(CommandFailure(error).message)")
        case .sampler(let error, let pid):
            StandardError.print("process \(pid): OTEL_TRACES_SAMPLER: \(error); the configuration's is used")
        case .writesOff(let pid): StandardError.print(TracingMessages.writesOff(pid))
        case .failed(let error): StandardError.print("nodespan: \(error)")
        }
    }
}
