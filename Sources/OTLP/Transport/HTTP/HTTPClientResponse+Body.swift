internal import AsyncHTTPClient
internal import NIOCore

extension HTTPClientResponse {
    /// The body, or nil when it is longer than `limit` bytes. The client's own limit of time ends with the head.
    /// - Parameter loop: of the client's, which keeps the time.
    /// - Throws: `HTTPClientError.deadlineExceeded`, or what breaks the connection.
    func body(upTo limit: Int, before deadline: NIODeadline, on loop: any EventLoop) async throws -> [UInt8]? {
        let timer = loop.scheduleTask(deadline: deadline) {}
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { [body] group in
            defer {
                timer.cancel()
                group.cancelAll()
            }
            group.addTask {
                do {
                    return Array(buffer: try await body.collect(upTo: limit))
                } catch is NIOTooManyBytesError {
                    return nil
                }
            }
            group.addTask {
                // Fails when the body was first: nobody hears of it.
                try await timer.futureResult.get()
                throw HTTPClientError.deadlineExceeded
            }
            return try await group.next() ?? nil
        }
    }
}
