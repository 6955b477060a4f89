import Glibc

/// CPU time that a running process has used so far, threads that have ended included.
package func processorTime(of pid: Int32) throws(SystemCallFailure) -> Duration {
    var clock: clockid_t = 0
    let code = clock_getcpuclockid(pid, &clock)
    guard code == 0 else { throw SystemCallFailure("clock_getcpuclockid", "process \(pid)", code: code) }
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { throw SystemCallFailure("clock_gettime", "process \(pid)") }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
