/// gRPC for Go 1.33 to 1.81 (server.go, stream.go, call.go, internal/transport). A stream's facts were all in
/// `transport.Stream` before 1.69, which put what the two sides have each into `ServerStream` and `ClientStream`, that
/// embed it: by pointer at first, by value later.
extension PreparedSide {
    static let grpcServer = PreparedSide(
        name: "grpc server",
        anchors: [GRPC.method("", "Server", "handleStream")],
        functions: [
            FunctionNeed("begins and ends a call", GRPC.method("", "Server", "handleStream")),
            FunctionNeed("shows a unary call", GRPC.method("", "Server", "processUnaryRPC")),
            FunctionNeed("shows a stream of messages", GRPC.method("", "Server", "processStreamingRPC")),
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

    static let grpcClient = PreparedSide(
        name: "grpc client",
        anchors: ["\(GRPC.package).newClientStream"],
        functions: [
            FunctionNeed(
                "begins and ends a unary call", GRPC.method("", "ClientConn", "Invoke"),
                presence: .conditional("a unary method is called")),
            FunctionNeed("begins every call", "\(GRPC.package).newClientStream"),
            FunctionNeed(
                "begins a stream of messages", GRPC.method("", "ClientConn", "NewStream"),
                presence: .conditional("a streaming method is called")),
            FunctionNeed("ends a stream of messages", GRPC.method("", "clientStream", "finish")),
            FunctionNeed("receives a message", GRPC.method("", "clientStream", "RecvMsg")),
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
            // Gone in 1.83, of which no program is at hand to say what took its place.
            PathNeed(
                "header being sent",
                [FieldName(GRPC.headerFrame, "streamID", .half), FieldName(GRPC.headerFrame, "hf", .slice)],
                presence: .conditional("before 1.83")),
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

private enum GRPC {
    static let package = "google.golang.org/grpc"
    static let http2 = "golang.org/x/net/http2"
    private static let transportPackage = "google.golang.org/grpc/internal/transport"
    private static let statusPackage = "google.golang.org/grpc/internal/status"

    static func method(_ folder: String, _ type: String, _ name: String) -> String {
        "\(package)\(folder).(*\(type)).\(name)"
    }

    static func transport(_ type: String, _ name: String) -> String { method("/internal/transport", type, name) }

    static let stream = TypeName(transportPackage, "Stream")
    static let serverStream = TypeName(transportPackage, "ServerStream")
    static let transportClientStream = TypeName(transportPackage, "ClientStream")
    static let http2Server = TypeName(transportPackage, "http2Server")
    static let http2Client = TypeName(transportPackage, "http2Client")
    static let headerFrame = TypeName(transportPackage, "headerFrame")
    static let loopyWriter = TypeName(transportPackage, "loopyWriter")
    static let clientConn = TypeName(package, "ClientConn")
    static let clientStream = TypeName(package, "clientStream")
    static let status = TypeName(statusPackage, "Status")
    static let statusError = TypeName(statusPackage, "Error")
    static let metaHeadersFrame = TypeName(http2, "MetaHeadersFrame")
    static let headerField = TypeName("golang.org/x/net/http2/hpack", "HeaderField")
}
