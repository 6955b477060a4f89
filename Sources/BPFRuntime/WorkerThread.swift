import CLibbpf
import Glibc

/// A thread of its own for blocking calls; whoever drops it waits for its end.
package struct WorkerThread: ~Copyable, Sendable {
    private let thread: pthread_t

    /// - Parameter name: what `ps -L` shows, at most 15 bytes.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(BPFError) {
        thread = try Self.start(name, body)
    }

    /// Starts one that nobody waits for.
    package static func detach(name: String, _ body: @escaping @Sendable () -> Void) throws(BPFError) {
        pthread_detach(try start(name, body))
    }

    private static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(BPFError) -> pthread_t {
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
        return thread
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
