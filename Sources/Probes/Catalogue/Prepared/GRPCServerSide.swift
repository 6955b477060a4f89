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
        arguments: [
            // (s *Server) handleStream(t transport.ServerTransport, stream, …)
            ArgumentNeed(
                "stream of the call", of: GRPC.method("Server", "handleStream"),
                .init(shape: "8 {8 8} 8", argument: 2)),
            // Up to 1.58 and from 1.69 on behind one interface; in between, behind a context and the transport.
            ArgumentNeed(
                "stream of a unary call", of: GRPC.method("Server", "processUnaryRPC"),
                .init(shape: "8 {8 8} {8 8} 8", argument: 3), .init(shape: "8 {8 8} 8", argument: 2)),
            // From 1.64 on there is a context in front.
            ArgumentNeed(
                "header that was received", of: GRPC.transport("http2Server", "operateHeaders"),
                .init(shape: "8 {8 8} 8", argument: 2), .init(shape: "8 8", argument: 1)),
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
