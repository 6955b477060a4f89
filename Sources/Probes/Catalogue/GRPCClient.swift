internal import CBPF

extension LibraryEntry {
    /// Clients of gRPC for Go 1.33 to 1.81 (clientconn.go, stream.go, call.go; internal/transport).
    ///
    /// - Unary calls and streams of messages, behind all interceptors, come by `newClientStream`, once a call, whatever is
    ///   tried again.
    /// - `(*clientStream).finish` ends what has a stream: a unary call in the goroutine that makes it, a stream in any. Up
    ///   to 1.36 also what gets none. From then on what gets none ends where `newClientStream` returns the error: from
    ///   1.79 on a function literal deferred there calls `endOfClientStream`; before that, `withRetry` got the error from
    ///   `retryLocked`, or `waitForResolvedAddrs` from the context.
    /// - Where a stream of messages has been made, `runtime.newproc` is called with a function literal that captured it; for
    ///   a unary call it isn't.
    static let grpcClient = LibraryEntry(
        name: "grpc client",
        anchor: Client.newClientStream,
        probes: [
            ProbeEntry(
                program: "grpc_client_begin", rate: .everyRequest, need: .required,
                candidates: [
                    // newClientStream(ctx context.Context, desc *StreamDesc, cc *ClientConn, method string, …)
                    CandidateSite(
                        function: .named(Client.newClientStream), place: .prologue, arguments: "{8 8} 8 8 {8 8}")
                ]),
            ProbeEntry(
                program: "grpc_client_stream", rate: .everyRequest, need: .required,
                candidates: [Client.newClientStreamWithParams, Client.newClientStream].map {
                    // newproc(fn *funcval)
                    CandidateSite(function: .named($0), place: .calls(to: "runtime.newproc"), arguments: "8")
                }),
            ProbeEntry(
                program: "grpc_client_end", rate: .everyRequest, need: .required,
                // (cs *clientStream) finish(err error)
                candidates: [CandidateSite(function: .named(Client.finish), place: .prologue, arguments: "8 {8 8}")]),
            ProbeEntry(
                program: "grpc_client_refused", rate: .rare,
                need: .optional(
                    loss: "no span for a call that ends before there are addresses: counted as a missed end"),
                candidates: [
                    // endOfClientStream(cc *ClientConn, err error, …)
                    CandidateSite(
                        function: .literals(in: Client.newClientStream, calling: Client.endOfClientStream),
                        place: .calls(to: Client.endOfClientStream), arguments: "8 {8 8}"),
                    // FromContextError(err error)
                    CandidateSite(
                        function: .named(Client.waitForResolvedAddrs), place: .calls(to: Client.fromContextError),
                        arguments: "{8 8}"),
                ]),
            ProbeEntry(
                program: "grpc_client_retry", rate: .rare, need: .optional(loss: Client.retryLoss),
                candidates: [
                    // (cs *clientStream) retryLocked(…)
                    CandidateSite(
                        function: .named(Client.withRetry), place: .calls(to: Client.retryLocked), arguments: "8")
                ]),
            ProbeEntry(
                program: "grpc_client_failed", rate: .rare, need: .optional(loss: Client.retryLoss),
                candidates: [
                    CandidateSite(function: .named(Client.withRetry), place: .behindCalls(to: Client.retryLocked))
                ]),
        ],
        fields: [
            FieldNeed(.required, [.goroutineID]),
            FieldNeed(
                .required, [FieldEntry(Client.goroutine, "stack.lo", .word, \.grpc_client.stack)]),
            FieldNeed(
                .required,
                [
                    FieldEntry(GRPC.clientStream, "cc", .word, \.grpc_client.stream_connection),
                    FieldEntry(GRPC.clientStream, "desc", .word, \.grpc_client.stream_description),
                ]),
            FieldNeed(
                .required,
                [
                    FieldEntry(GRPC.statusError, "s", .word, \.grpc_client.error_status),
                    FieldEntry(GRPC.status, "s", .word, \.grpc_client.error_proto),
                ],
                [FieldEntry(GRPC.statusError, "e", .word, \.grpc_client.error_proto)]),
            FieldNeed(.required, [FieldEntry(GRPC.statusMessage, "Code", .half, \.grpc_client.proto_code)]),
            FieldNeed(
                .optional(loss: "no server.address and server.port"),
                [FieldEntry(GRPC.clientConn, "target", .string, \.grpc_client.connection_target)]),
            FieldNeed(
                .optional(loss: Client.peerLoss),
                [
                    FieldEntry(GRPC.clientStream, "attempt", .word, \.grpc_client.stream_attempt),
                    FieldEntry(Client.attempt, "transport", .interface, \.grpc_client.attempt_transport),
                    FieldEntry(Client.attempt, "transportStream", .word, \.grpc_client.attempt_stream),
                    FieldEntry(GRPC.http2Client, "remoteAddr", .interface, \.grpc_client.transport_remote_addr),
                ],
                [
                    FieldEntry(GRPC.clientStream, "attempt", .word, \.grpc_client.stream_attempt),
                    FieldEntry(Client.attempt, "t", .interface, \.grpc_client.attempt_transport),
                    FieldEntry(Client.attempt, "s", .word, \.grpc_client.attempt_stream),
                    FieldEntry(GRPC.http2Client, "remoteAddr", .interface, \.grpc_client.transport_remote_addr),
                ]),
            FieldNeed(
                .optional(loss: Client.wrapLoss),
                [FieldEntry(Client.wrapError, "err", .interface, \.grpc_client.wrapped)]),
        ] + NetAddresses.fields(Client.peerLoss),
        types: [
            TypeNeed(type: GRPC.statusError, isPointer: true, need: .required, fact: \.grpc_client.status_type),
            TypeNeed(type: Client.errorText, isPointer: true, need: .required, fact: \.grpc_client.text_type),
            TypeNeed(
                type: GRPC.http2Client, isPointer: true,
                need: .optional(loss: Client.peerLoss),
                fact: \.grpc_client.transport_type),
            TypeNeed(
                type: Client.wrapError, isPointer: true,
                need: .optional(loss: Client.wrapLoss),
                fact: \.grpc_client.wrap_type),
            TypeNeed(
                type: Client.deadlineError, isPointer: false,
                need: .optional(loss: "a call that runs out of time before it is sent is shown as UNKNOWN"),
                fact: \.grpc_client.deadline_type),
        ] + NetAddresses.types(Client.peerLoss))

    /// Links a call with the stream that its connection's writer gets to see: in the goroutine that makes the call, or tries
    /// it again, `(*http2Client).NewStream` hands a frame to the writer that has the header fields, and the stream's
    /// `writeQuota`, by whose address the writer's own record of the stream shows the call.
    static let grpcClientHeader = LibraryEntry(
        name: "grpc client header",
        anchor: Client.newStream, purpose: .propagation,
        probes: [
            ProbeEntry(
                program: "grpc_client_header", rate: .everyRequest, need: .required,
                candidates: [
                    // (c *controlBuffer) executeAndPut(f func…, it cbItem)
                    CandidateSite(
                        function: .named(Client.newStream), place: .calls(to: Client.executeAndPut),
                        arguments: "8 8 {8 8}")
                ])
        ],
        fields: [
            FieldNeed(.required, frame(GRPC.clientHeaders), frame(GRPC.headerFrame)),
            FieldNeed(.required, [FieldEntry(GRPC.headerField, "Name", .string, \.grpc_client.field_name)]),
            FieldNeed(.required, [FieldEntry(GRPC.headerField, "Sensitive", .byte, \.grpc_client.field_sensitive)]),
        ])

    private static func frame(_ type: TypeName) -> [FieldEntry] {
        [
            FieldEntry(type, "hf", .slice, \.grpc_client.frame_fields),
            FieldEntry(type, "wq", .word, \.grpc_client.frame_quota),
        ]
    }
}

private enum Client {
    static let newClientStream = "\(GRPC.package).newClientStream"
    static let newClientStreamWithParams = "\(GRPC.package).newClientStreamWithParams"
    static let endOfClientStream = "\(GRPC.package).endOfClientStream"
    static let finish = GRPC.method("clientStream", "finish")
    static let withRetry = GRPC.method("clientStream", "withRetry")
    static let retryLocked = GRPC.method("clientStream", "retryLocked")
    static let waitForResolvedAddrs = GRPC.method("ClientConn", "waitForResolvedAddrs")
    static let fromContextError = "\(GRPC.package)/status.FromContextError"
    static let newStream = GRPC.transport("http2Client", "NewStream")
    static let executeAndPut = GRPC.transport("controlBuffer", "executeAndPut")

    static let peerLoss = "no network.peer.address and network.peer.port"
    static let wrapLoss = "an error that wraps a status is shown as UNKNOWN"
    static let retryLoss = "no span for a call that never gets a stream: counted as a missed end"

    static let goroutine = TypeName("runtime", "g")
    static let attempt = TypeName(GRPC.package, "csAttempt")
    static let wrapError = TypeName("fmt", "wrapError")
    static let errorText = TypeName("errors", "errorString")
    static let deadlineError = TypeName("context", "deadlineExceededError")
}
