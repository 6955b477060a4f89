import BPFRuntime
import CBPF
import Glibc
import Probes
import SystemPackage
import Workloads

/// What runs in processes, and how to trace it: read by threads that may block.
extension Tracer {
    /// How long is waited for what is read.
    private static let lookTime = Duration.seconds(2)
    private static let analysisTime = Duration.seconds(60)

    /// Looks at a running process: what it is, and how to trace it. Programs that were looked at before aren't read again.
    package func examine(_ pid: Int32) async throws(TracerError) -> TraceCandidate {
        try await examine(try await reading(pid) { () throws(TracerError) in try self.look(at: pid) })
    }

    /// How to trace a process that was looked at.
    func examine(_ look: ProcessLook) async throws(TracerError) -> TraceCandidate {
        let (process, state) = (look.process, look.state)
        let outcome = try await analyses.outcome(of: state) { () async throws(TracerError) in
            let made = await self.analysing.run(about: process.pid, within: Self.analysisTime) {
                Result { () throws(TracerError) in try self.analyse(process, state) }
            }
            let outcome = try Self.result(of: made, pid: process.pid)
            if case .failure(.changed) = outcome { throw .executableChanged("process \(process.pid)") }
            return outcome
        }
        switch outcome {
        case .success(let executable):
            return TraceCandidate(process: process, executable: executable, image: look.image)
        case .failure(let error): throw .executable(error, pid: process.pid, path: process.executablePath)
        }
    }

    /// Off the actor, since whoever owns what is looked at may have others wait.
    /// - Throws: `unresponsive` or `crowded` when it takes too long, or the task is cancelled.
    nonisolated func reading<Value: Sendable>(
        _ pid: Int32, _ body: @escaping @Sendable () throws(TracerError) -> Value
    ) async throws(TracerError) -> Value {
        try Self.result(
            of: await looking.run(about: pid, within: Self.lookTime) { Result(catching: body) }, pid: pid)
    }

    private static func result<Value>(
        of call: BlockingThreads.Outcome<Result<Value, TracerError>>, pid: Int32
    ) throws(TracerError) -> Value {
        switch call {
        case .value(let result): try result.get()
        case .stuck: throw .unresponsive(pid)
        case .crowded: throw .crowded
        }
    }

    /// Blocks: for `reading`.
    nonisolated func look(at pid: Int32) throws(TracerError) -> ProcessLook {
        let process: LocalProcess
        let image: ns_process_image?
        do throws(ProcfsError) {
            let leader = try LocalProcess.leader(of: pid)
            // All that is learned from here on is of this image, if it still runs in the end.
            image = try? watch.image(of: leader)
            process = try LocalProcess.read(pid: leader)
        } catch {
            throw .process(error)
        }
        guard let image else { throw .processEnded(process.pid) }
        return ProcessLook(process: process, image: image, state: try state(of: process.pid))
    }

    /// What runs in a process; nil when it has ended.
    nonisolated func image(of pid: Int32) -> ns_process_image? { try? watch.image(of: pid) }

    /// What a process runs now.
    nonisolated func state(of pid: Int32) throws(TracerError) -> ExecutableState {
        if let program = (try? watch.program(of: pid)).flatMap({ $0 }) { return ExecutableState(program) }
        guard let file = LocalProcess.executableIdentity(of: pid) else { throw .processEnded(pid) }
        if knowsInodes { throw .noProgram(pid) }
        return ExecutableState(file)
    }

    /// What a file holds now.
    nonisolated func state(of file: ExecutableFile) throws(TracerError) -> ExecutableState {
        if knowsInodes, let program = (try? watch.program(at: file.handle.string)).flatMap({ $0 }) {
            return ExecutableState(program)
        }
        return ExecutableState(file.identity)
    }

    /// The file that a process runs, which must be as it was.
    private nonisolated func open(_ pid: Int32, as state: ExecutableState) throws(TracerError) -> ExecutableFile {
        let file = try open(pid)
        guard try self.state(of: file) == state else { throw .executableChanged("process \(pid)") }
        return file
    }

    nonisolated func open(_ pid: Int32) throws(TracerError) -> ExecutableFile {
        do throws(ProcfsError) {
            return try LocalProcess.openExecutable(of: pid)
        } catch {
            throw .process(error)
        }
    }

    /// Off the actor: it takes long.
    private nonisolated func analyse(
        _ process: LocalProcess, _ state: ExecutableState
    ) throws(TracerError) -> Result<KnownExecutable, AnalysisError> {
        let file = try open(process.pid, as: state)
        defer { Heap.trim() }
        return Result { () throws(AnalysisError) in
            let analysis = try ExecutableAnalysis(of: file)
            return KnownExecutable(
                state: state, path: process.executablePath, plan: try analysis.plan(),
                hasTracingSDK: analysis.hasTracingSDK)
        }
    }
}
