internal import NIOCore
internal import NIOPosix

extension NetworkNamespace {
    /// Has the thread of an event loop be in the namespace from now on. What the loop is given later runs behind that.
    func enter(_ loop: any EventLoop) -> EventLoopFuture<Void> { loop.submit { try self.enter() } }
}
