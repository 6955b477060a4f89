internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The thread that does all of one destination's input and output, in the network namespace that the destination is in.
/// NIO makes the socket for a numeric address on the thread that asks for the connection: what connects is to run by `run`.
final class EventLoopThread: Sendable {
    let group: MultiThreadedEventLoopGroup
    let loop: any EventLoop
    private let network: NetworkNamespace?
    private let hasEntered = Mutex(false)

    /// - Parameter network: nil for this process's own.
    init(in network: NetworkNamespace? = nil) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        self.network = network
    }

    /// Has the thread be in the namespace; to be awaited before each connect.
    /// - Returns: why it can't be there, when nothing may be connected to; nil when it is.
    func enter() async -> String? {
        guard let network, !hasEntered.withLock({ $0 }) else { return nil }
        do {
            try await loop.submit { try network.enter() }.get()
            hasEntered.withLock { $0 = true }
            return nil
        } catch {
            return "the pod's network can't be entered: \(error); nodespan needs the capability CAP_SYS_ADMIN for that"
        }
    }

    /// Runs all of `body` on the thread, but for what it leaves to others. To be over before `shutdown`.
    func run<Result: Sendable>(_ body: @Sendable () async -> Result) async -> Result {
        await withTaskExecutorPreference(self, operation: body)
    }

    /// Ends the thread, and closes what it has open.
    func shutdown() async {
        try? await group.shutdownGracefully()
    }
}

extension EventLoopThread: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
