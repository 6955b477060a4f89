/// gRPC for Go 1.33 to 1.81 (call.go, stream.go, internal/transport), and the names that came with 1.83.
extension PreparedSide {
    static let grpcClient = PreparedSide(
        name: "grpc client",
        anchors: ["\(GRPC.package).newClientStream"],
        functions: [
            FunctionNeed(
                "begins and ends a unary call", GRPC.method("ClientConn", "Invoke"),
                presence: .conditional("a unary method is called")),
            FunctionNeed("begins every call", "\(GRPC.package).newClientStream"),
            FunctionNeed(
                "begins a stream of messages", GRPC.method("ClientConn", "NewStream"),
                presence: .conditional("a streaming method is called")),
            FunctionNeed("ends a stream of messages", GRPC.method("clientStream", "finish")),
            FunctionNeed("receives a message", GRPC.method("clientStream", "RecvMsg")),
            FunctionNeed("opens a stream of the connection", GRPC.transport("http2Client", "NewStream")),
            FunctionNeed("makes the header", GRPC.transport("http2Client", "createHeaderFields")),
            FunctionNeed(
                "has the stream of a header", GRPC.transport("loopyWriter", "clientHeaderHandler"),
                GRPC.transport("loopyWriter", "originateStream")),
            FunctionNeed("writes the header", GRPC.transport("loopyWriter", "writeHeader")),
            FunctionNeed("writes the frame of the header", "\(GRPC.http2).(*Framer).WriteHeaders"),
        ],
        fields: [
            PathNeed("address that was dialled", [FieldName(GRPC.clientConn, "target", .string)]),
            PathNeed("authority", [FieldName(GRPC.clientConn, "authority", .string)]),
            PathNeed(
                "full method name of a stream of messages",
                [
                    FieldName(GRPC.clientStream, "callHdr.Method", .string),
                    FieldName(GRPC.clientStream, "callHdr.Host", .string),
                ]),
            PathNeed(
                "connection of a stream of messages",
                [FieldName(GRPC.clientStream, "cc", .word), FieldName(GRPC.clientStream, "ctx", .interface)]),
            PathNeed(
                "stream of the connection",
                [
                    FieldName(GRPC.transportClientStream, "id", .half),
                    FieldName(GRPC.transportClientStream, "ct", .word),
                ],
                [FieldName(GRPC.stream, "id", .half), FieldName(GRPC.stream, "ct", .word)]),
            PathNeed(
                "connection",
                [
                    FieldName(GRPC.http2Client, "conn", .interface),
                    FieldName(GRPC.http2Client, "remoteAddr", .interface),
                    FieldName(GRPC.http2Client, "nextID", .half), FieldName(GRPC.http2Client, "scheme", .string),
                ]),
            PathNeed(
                "header being sent",
                [FieldName(GRPC.clientHeaders, "streamID", .half), FieldName(GRPC.clientHeaders, "hf", .slice)],
                [FieldName(GRPC.headerFrame, "streamID", .half), FieldName(GRPC.headerFrame, "hf", .slice)]),
            PathNeed(
                "frame being written",
                [
                    FieldName(GRPC.loopyWriter, "framer.fr.w", .interface),
                    FieldName(GRPC.loopyWriter, "framer.fr.wbuf", .slice),
                ]),
            PathNeed(
                "bytes not yet sent",
                [
                    FieldName(GRPC.loopyWriter, "framer.writer.buf", .slice),
                    FieldName(GRPC.loopyWriter, "framer.writer.offset", .word),
                ]),
            PathNeed(
                "status of an error", [FieldName(GRPC.statusError, "s.s.Code", .half)],
                [FieldName(GRPC.statusError, "e.Code", .half)]),
            .contextValues,
        ])
}
