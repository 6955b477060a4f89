extension SpanTarget {
    /// What tells it from all others, today and after a restart, whatever it is that differs: two pipelines never want one
    /// folder; nil for what nothing is kept on disk for: what is no
    /// receiver, and a pod's own loopback, which goes with it. It may hold secrets.
    package var identity: [UInt8]? {
        guard let receiver, receiver.network == nil else { return nil }
        var bytes: [UInt8] = []
        // With their lengths, so that no two lists of parts are the same bytes.
        func add(_ part: some Sequence<UInt8>) {
            let part = Array(part)
            bytes += "\(part.count):".utf8
            bytes += part
        }
        add(receiver.endpoint.url.utf8)
        add(receiver.endpoint.protocol.rawValue.utf8)
        add(receiver.compression.rawValue.utf8)
        add("\(receiver.timeout)".utf8)
        add("\(receiver.headers.count)".utf8)
        for header in receiver.headers {
            add(header.name.utf8)
            add(header.value.utf8)
        }
        for source in [receiver.tls?.authorities, receiver.tls?.certificate, receiver.tls?.key] {
            switch source {
            case nil: add("none".utf8)
            case .contents(let contents):
                add("bytes".utf8)
                add(contents.bytes)
            case .file(let file):
                add("file".utf8)
                add(file.path.utf8)
                add(file.place.utf8)
            }
        }
        return bytes
    }
}
