internal import CBPF

/// The names of gRPC for Go.
enum GRPC {
    static let package = "google.golang.org/grpc"
    static let http2 = "golang.org/x/net/http2"
    static let transportPackage = "google.golang.org/grpc/internal/transport"
    private static let statusPackage = "google.golang.org/grpc/internal/status"

    static func method(_ type: String, _ name: String) -> String {
        "\(package).(*\(type)).\(name)"
    }

    static func transport(_ type: String, _ name: String) -> String {
        "\(transportPackage).(*\(type)).\(name)"
    }

    static let stream = TypeName(transportPackage, "Stream")
    static let serverStream = TypeName(transportPackage, "ServerStream")
    static let transportClientStream = TypeName(transportPackage, "ClientStream")
    static let http2Server = TypeName(transportPackage, "http2Server")
    static let http2Client = TypeName(transportPackage, "http2Client")
    /// Since 1.83, which neither Debian's programs nor its sources have.
    static let clientHeaders = TypeName(transportPackage, "clientHeaders")
    static let headerFrame = TypeName(transportPackage, "headerFrame")
    static let loopyWriter = TypeName(transportPackage, "loopyWriter")
    static let outStream = TypeName(transportPackage, "outStream")
    static let clientConn = TypeName(package, "ClientConn")
    static let clientStream = TypeName(package, "clientStream")
    static let status = TypeName(statusPackage, "Status")
    static let statusError = TypeName(statusPackage, "Error")
    static let headerField = TypeName("golang.org/x/net/http2/hpack", "HeaderField")
    /// The message that a status is (google.golang.org/genproto/googleapis/rpc/status/status.proto).
    static let statusMessage = TypeName("google.golang.org/genproto/googleapis/rpc/status", "Status")
    static let metadata = TypeName("google.golang.org/grpc/metadata", "MD")
    static let metadataKey = TypeName("google.golang.org/grpc/metadata", "mdIncomingKey")
}

/// What is read of a net.Addr (net/tcpsock.go, net/unixsock.go).
enum NetAddresses {
    static func fields(_ loss: String) -> [FieldNeed] {
        [
            FieldNeed(
                .optional(loss: loss),
                [FieldEntry(tcp, "IP", .slice, \.net.tcp_ip), FieldEntry(tcp, "Port", .word, \.net.tcp_port)]),
            FieldNeed(
                .optional(loss: "no server.address of a Unix domain socket"),
                [FieldEntry(unix, "Name", .string, \.net.unix_name)]),
        ]
    }

    static func types(_ loss: String) -> [TypeNeed] {
        [
            TypeNeed(type: tcp, isPointer: true, need: .optional(loss: loss), fact: \.net.tcp_addr),
            TypeNeed(
                type: unix, isPointer: true, need: .optional(loss: "no server.address of a Unix domain socket"),
                fact: \.net.unix_addr),
        ]
    }

    private static let tcp = TypeName("net", "TCPAddr")
    private static let unix = TypeName("net", "UnixAddr")
}
