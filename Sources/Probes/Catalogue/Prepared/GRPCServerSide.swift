/// gRPC for Go 1.33 to 1.81 (server.go, internal/transport). A stream's facts were all in
/// `transport.Stream` before 1.69, which put what the two sides have each into `ServerStream` and `ClientStream`, that
/// embed it: by pointer at first, by value later.
extension PreparedSide {
    static let grpcServer = PreparedSide(
        name: "grpc server",
        anchors: [GRPC.method("Server", "handleStream")],
        functions: [
            FunctionNeed("begins and ends a call", GRPC.method("Server", "handleStream")),
            FunctionNeed("shows a unary call", GRPC.method("Server", "processUnaryRPC")),
            FunctionNeed("shows a stream of messages", GRPC.method("Server", "processStreamingRPC")),
            FunctionNeed("has the header that was received", GRPC.transport("http2Server", "operateHeaders")),
            FunctionNeed(
                "has the status", GRPC.transport("http2Server", "writeStatus"),
                GRPC.transport("http2Server", "WriteStatus")),
            FunctionNeed(
                "serves a call that net/http received", GRPC.transport("serverHandlerTransport", "HandleStreams"),
                presence: .conditional("(*Server).ServeHTTP is reached")),
        ],
        fields: [
            PathNeed(
                "full method name", [FieldName(GRPC.serverStream, "method", .string)],
                [FieldName(GRPC.stream, "method", .string)]),
            PathNeed(
                "stream of the connection",
                [FieldName(GRPC.serverStream, "id", .half), FieldName(GRPC.serverStream, "st", .interface)],
                [FieldName(GRPC.stream, "id", .half), FieldName(GRPC.stream, "st", .interface)]),
            PathNeed(
                "context of the call", [FieldName(GRPC.serverStream, "ctx", .interface)],
                [FieldName(GRPC.stream, "ctx", .interface)]),
            PathNeed(
                "address of the client", [FieldName(GRPC.http2Server, "peer.Addr", .interface)],
                [FieldName(GRPC.http2Server, "remoteAddr", .interface)]),
            PathNeed("connection", [FieldName(GRPC.http2Server, "conn", .interface)]),
            PathNeed(
                "header that was received",
                [
                    FieldName(GRPC.metaHeadersFrame, "Fields", .slice),
                    FieldName(GRPC.metaHeadersFrame, "StreamID", .half),
                    FieldName(GRPC.headerField, "Name", .string), FieldName(GRPC.headerField, "Value", .string),
                ]),
            PathNeed(
                "status", [FieldName(GRPC.status, "s.Code", .half), FieldName(GRPC.status, "s.Message", .string)]),
        ])
}
