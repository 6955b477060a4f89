import Glibc
import TestSupport

/// A plain socket to a server on 127.0.0.1, so that a test decides on every byte that is sent and when.
struct RawHTTP: ~Copyable {
    struct Response {
        var status: Int
        /// Names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: CInt
    private var received: [UInt8] = []
    /// This end's port.
    let localPort: UInt16

    init(port: UInt16) throws(SystemCallFailure) {
        (descriptor, localPort) = try Self.connected(to: port)
    }

    private static func connected(to port: UInt16) throws(SystemCallFailure) -> (descriptor: CInt, localPort: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCallFailure("socket", "") }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 ? 0 : errno
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw SystemCallFailure("connect", "127.0.0.1:\(port)", code: code)
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// A request in HTTP/1.1 with a Host header, and a Content-Length when there is a body.
    static func request(_ method: String, _ target: String, headers: [String] = [], body: String? = nil) -> String {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: shop.example:8080"] + headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    func send(_ text: String) throws(SystemCallFailure) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemCallFailure("send", "") }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Closes the sending half: the server sees the end of the client.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes closing send a reset, as a client does that dies with data unread.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// The next response. Interim ones (1xx but 101) are returned like any other.
    mutating func receive(bodyExpected: Bool = true) throws -> Response {
        let head = try readHead()
        let lines = head.split(separator: "\r\n")
        guard let first = lines.first?.split(separator: " "), first.count > 1, let status = Int(first[1]) else {
            throw ProtocolFailure(received: head)
        }
        var response = Response(status: status)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            response.headers[line[..<colon].lowercased()] = String(value)
        }
        guard bodyExpected, status >= 200, status != 204, status != 304 else { return response }
        if let length = response.headers["content-length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else if response.headers["transfer-encoding"] == "chunked" {
            response.body = try readChunks()
        } else {
            response.body = try receiveToEnd()
        }
        return response
    }

    /// All that comes until the server closes.
    mutating func receiveToEnd() throws(SystemCallFailure) -> [UInt8] {
        while try fill() {}
        defer { received = [] }
        return received
    }

    private mutating func readHead() throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while received.firstRange(of: end) == nil {
            guard try fill() else { throw ProtocolFailure(received: String(decoding: received, as: UTF8.self)) }
        }
        let length = received.firstRange(of: end)?.upperBound ?? 0
        return String(decoding: try take(length), as: UTF8.self)
    }

    private mutating func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            while !received.contains(UInt8(ascii: "\n")) {
                guard try fill() else { throw ProtocolFailure(received: "a chunk's length is missing") }
            }
            let line = try take((received.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1)
            guard let length = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) else {
                throw ProtocolFailure(received: String(decoding: line, as: UTF8.self))
            }
            body += try take(length)
            _ = try take(2)
            if length == 0 { return body }
        }
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try fill() else { throw ProtocolFailure(received: String(decoding: received, as: UTF8.self)) }
        }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// Receives some bytes; false when the server has closed, or reset, the connection.
    private mutating func fill() throws(SystemCallFailure) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0, errno != ECONNRESET { throw SystemCallFailure("recv", "") }
        guard count > 0 else { return false }
        received += chunk[..<count]
        return true
    }
}

/// What came isn't a complete HTTP/1 response.
struct ProtocolFailure: Error {
    var received: String
}
