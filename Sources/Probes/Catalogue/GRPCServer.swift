internal import CBPF

extension LibraryEntry {
    /// Servers of gRPC for Go, 1.33 to 1.81 (server.go, internal/transport).
    ///
    /// - Every call is served by `(*Server).handleStream`, in a goroutine of its own or, with `NumStreamWorkers`, in one that
    ///   serves one call after the other. Handlers that panic end the process, unless an interceptor recovers.
    /// - Whoever calls it counts the call off a `sync.WaitGroup` behind it, mostly in what it defers: that follows a handler
    ///   that ends its goroutine, too.
    /// - The status is written by the transport. Nothing is when the client has gone meanwhile (`sendResponse` gives io.EOF).
    static let grpcServer = LibraryEntry(
        name: "grpc server",
        anchor: GRPC.method("Server", "handleStream"),
        probes: [
            ProbeEntry(
                program: "grpc_server_begin", rate: .everyRequest, need: .required,
                candidates: [
                    // (s *Server) handleStream(t transport.ServerTransport, stream, ...)
                    CandidateSite(
                        function: .named(GRPC.method("Server", "handleStream")), place: .prologue,
                        arguments: "8 {8 8} 8")
                ]),
            ProbeEntry(
                program: "grpc_server_end", rate: .everyRequest, need: .required,
                candidates: [
                    // Done is Add(-1), and inlined from Go 1.22 on in what is deferred.
                    CandidateSite(
                        function: .allNamed(GRPCServing.callers + GRPCServing.deferred),
                        place: .callsOfAny(["sync.(*WaitGroup).Done", "sync.(*WaitGroup).Add"])),
                    CandidateSite(
                        function: .allNamed(GRPCServing.deferred), place: .prologue,
                        loss: "one more probe hit per call, and no spans of calls that stream workers serve"),
                ]),
            ProbeEntry(
                program: "grpc_server_status", rate: .everyRequest, need: .optional(loss: "no rpc.grpc.status_code"),
                candidates: [
                    // (transport) writeStatus(s, st *status.Status)
                    CandidateSite(
                        function: .allNamed(
                            ["http2Server", "serverHandlerTransport"].flatMap {
                                [GRPC.transport($0, "writeStatus"), GRPC.transport($0, "WriteStatus")]
                            }),
                        place: .prologue, arguments: "8 8 8")
                ]),
        ],
        fields: GRPCServing.fields,
        maps: [
            MapNeed(
                type: GRPC.metadata, need: .optional(loss: "no parent from traceparent, and no server.address"),
                fact: \.header_map)
        ],
        types: GRPCServing.types)
}

/// Details of how calls are served.
private enum GRPCServing {
    /// Functions that may call `handleStream`: literals in the literal that `serveStreams` has for each stream, and workers.
    static let callers =
        literals + ["serverWorker", "handleSingleStream"].map { GRPC.method("Server", $0) }

    /// What they may defer: a literal, or a function that the compiler makes of a call (cmd/compile/internal/ir,
    /// `closureName`; in order and without a name of its own up to Go 1.21).
    static let deferred = (literals + [GRPC.method("Server", "handleSingleStream")]).flatMap { caller in
        ["deferwrap1", "deferwrap2", "1", "2", "func1", "func2"].map { "\(caller).\($0)" }
    }

    private static let literals = (1...4).flatMap { outer in
        (1...4).map { "\(GRPC.method("Server", "serveStreams")).func\(outer).\($0)" }
    }

    static let fields: [FieldNeed] =
        [
            FieldNeed(.required, [.goroutineID]),
            // A stream's facts were all in `transport.Stream` before 1.69, which put what the two sides have each into
            // `ServerStream` and `ClientStream`, that embed it: by pointer at first, by value later.
            FieldNeed(
                .required, stream(GRPC.serverStream),
                [FieldEntry(GRPC.serverStream, "Stream", .word, \.grpc_server.stream_behind)] + stream(GRPC.stream),
                stream(GRPC.stream)),
            FieldNeed(
                .optional(loss: "no client.address and client.port"),
                [FieldEntry(GRPC.http2Server, "peer.Addr", .interface, \.grpc_server.server_peer)],
                [FieldEntry(GRPC.http2Server, "remoteAddr", .interface, \.grpc_server.server_peer)]),
            FieldNeed(
                .optional(loss: "no server.address and server.port where the client names no authority"),
                [FieldEntry(GRPC.http2Server, "peer.LocalAddr", .interface, \.grpc_server.server_local)],
                [FieldEntry(GRPC.http2Server, "localAddr", .interface, \.grpc_server.server_local)]),
            FieldNeed(
                .optional(loss: "no rpc.grpc.status_code"),
                [
                    FieldEntry(GRPC.status, "s", .word, \.grpc_server.status_proto),
                    FieldEntry(GRPC.statusMessage, "Code", .half, \.grpc_server.status_code),
                ]),
            FieldNeed(
                .optional(loss: withoutMetadata),
                [
                    FieldEntry(valueContext, "key", .interface, \.grpc_server.context_key),
                    FieldEntry(valueContext, "val", .interface, \.grpc_server.context_value),
                ]),
        ] + NetAddresses.fields("no client.address and client.port")

    private static func stream(_ type: TypeName) -> [FieldEntry] {
        [
            FieldEntry(type, "method", .string, \.grpc_server.stream_method),
            FieldEntry(type, "ctx", .interface, \.grpc_server.stream_context),
        ]
    }

    static let types: [TypeNeed] =
        [
            TypeNeed(
                type: GRPC.http2Server, isPointer: true, need: .optional(loss: "no client.address and client.port"),
                fact: \.grpc_server.http2_server),
            TypeNeed(
                type: valueContext, isPointer: true, need: .optional(loss: withoutMetadata),
                fact: \.grpc_server.value_context),
            TypeNeed(
                type: GRPC.metadataKey, isPointer: false, need: .optional(loss: withoutMetadata),
                fact: \.grpc_server.metadata_key),
            TypeNeed(
                type: GRPC.metadata, isPointer: false, need: .optional(loss: withoutMetadata),
                fact: \.grpc_server.metadata),
        ] + NetAddresses.types("no client.address and client.port")

    private static let valueContext = TypeName("context", "valueCtx")
    private static let withoutMetadata = "no parent from traceparent, and no server.address of the client's choice"
}
