internal import CBPF

extension LibraryEntry {
    /// Where the trace contexts of client spans get into the calls of gRPC (internal/transport/controlbuf.go, 1.33 to
    /// 1.81). Each connection has a goroutine that writes everything, the `loopyWriter`. For a new stream, which only
    /// clients have, `originateStream` calls `writeHeader`, which encodes the header block and writes its frames to the
    /// connection's `bufWriter`, and then enters the stream into a map. At that, a field is put behind the last frame,
    /// and counted into the lengths of frame and buffer; at the call before, the call is known by its header fields, and
    /// where in the buffer its frames will begin.
    ///
    /// It is safe because nobody but this goroutine uses the buffer, because what `writeHeader` has written isn't sent
    /// before `originateStream` has returned, unless the buffer is full or there is none (`WithWriteBufferSize(0)`), and
    /// because a literal without indexing at the end of a block changes nothing in the compression of what follows
    /// (RFC 7541, 6.2.2). When the block has been sent, in whole or in part, the frames found don't end where the buffer
    /// does, and nothing is written.
    ///
    /// To write before the frame is made, where `writeHeader` calls `(*Framer).WriteHeaders`, would do without a buffer,
    /// too. But servers pass there as well, twice a call: in a program that is both, each call served would cost two more
    /// hits.
    static let grpcPropagation = LibraryEntry(
        name: "grpc client propagation", anchor: "\(GRPC.transportPackage).(*http2Client).createHeaderFields",
        purpose: .propagation,
        probes: [
            ProbeEntry(
                program: "grpc_announce", rate: .everyRequest, need: .required,
                candidates: [
                    // (l *loopyWriter) writeHeader(streamID uint32, endStream bool, hf []hpack.HeaderField, onWrite func())
                    CandidateSite(
                        function: .named(GRPC.transport("loopyWriter", "originateStream")),
                        place: .calls(to: GRPC.transport("loopyWriter", "writeHeader")), arguments: "8 4 1 {8 8 8} 8")
                ]),
            ProbeEntry(
                program: "grpc_propagate", rate: .everyRequest, need: .required,
                candidates: [
                    CandidateSite(
                        function: .named(GRPC.transport("loopyWriter", "originateStream")),
                        place: .calls(to: "runtime.mapassign_fast32"))
                ]),
        ],
        fields: [
            FieldNeed(.required, [.goroutineID]),
            FieldNeed(.required, [FieldEntry(GRPC.loopyWriter, "framer", .word, \.propagation.loopy_framer)]),
            FieldNeed(.required, [FieldEntry(framer, "writer", .word, \.propagation.framer_writer)]),
            FieldNeed(.required, [FieldEntry(bufWriter, "buf", .slice, \.propagation.grpc.buffer)]),
            FieldNeed(.required, [FieldEntry(bufWriter, "offset", .word, \.propagation.grpc.used)]),
            FieldNeed(.required, [FieldEntry(GRPC.headerField, "Name", .string, \.propagation.field_name)]),
            FieldNeed(.required, [FieldEntry(GRPC.headerField, "Sensitive", .byte, \.propagation.field_sensitive)]),
        ],
        copies: [CopyEntry(type: bufWriter, limit: NS_WRITER_READ_MAX, length: \.propagation.grpc.read)])

    private static let framer = TypeName(package: GRPC.transportPackage, name: "framer")
    private static let bufWriter = TypeName(package: GRPC.transportPackage, name: "bufWriter")
}
