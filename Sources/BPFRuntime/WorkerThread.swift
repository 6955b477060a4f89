import CLibbpf
import Glibc

/// A thread of its own for blocking calls; whoever drops it waits for its end.
struct WorkerThread: ~Copyable, Sendable {
    private let thread: pthread_t

    /// - Parameter name: what `ps -L` shows, at most 15 bytes.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(BPFError) {
        let box = Unmanaged.passRetained(Body(name: name, body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().start()
                return nil
            }, box.toOpaque())
        if code != 0 {
            box.release()
            throw BPFError("start thread", on: name, code: code)
        }
        self.thread = thread
    }

    deinit {
        pthread_join(thread, nil)
    }
}

private final class Body: Sendable {
    private let name: String
    private let run: @Sendable () -> Void

    init(name: String, _ run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }

    func start() {
        name_this_thread(name)
        run()
    }
}
