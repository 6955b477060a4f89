internal import CBPF

extension LibraryEntry {
    /// Where the trace contexts of client spans get into the calls of gRPC (internal/transport/controlbuf.go, 1.33 to
    /// 1.81). Each connection has a goroutine that writes everything, the `loopyWriter`. For a new stream, which only
    /// clients have, `originateStream` calls `writeHeader`, which encodes the header block and writes its frames to the
    /// connection's `bufWriter`, and then enters the stream into a map, `l.estdStreams[str.id] = str`. At that, a field is put
    /// behind the last frame, and counted into the lengths of frame and buffer. The stream's `writeQuota` tells the call,
    /// and the encoder's buffer, which still has the block, how long the frames are. Both hang on `l` and `str`, which the
    /// function keeps on its stack: where, the loads before the call show, which take map and number from them. That is
    /// checked again each time, since those are the call's arguments.
    ///
    /// It is safe because nobody but this goroutine uses the buffer, because what `writeHeader` has written isn't sent
    /// before `originateStream` has returned, unless the buffer is full or there is none (`WithWriteBufferSize(0)`), and
    /// because a literal without indexing at the end of a block changes nothing in the compression of what follows
    /// (RFC 7541, 6.2.2). When the block has been sent, in whole or in part, there are no frames of the stream and that
    /// length at the buffer's end, and nothing is written.
    ///
    /// To write before the frame is made, where `writeHeader` calls `(*Framer).WriteHeaders`, would do without a buffer,
    /// too. But servers pass there as well, twice a call: in a program that is both, each call served would cost two more
    /// hits.
    static let grpcPropagation = LibraryEntry(
        name: "grpc client propagation", anchor: "\(GRPC.transportPackage).(*http2Client).createHeaderFields",
        purpose: .propagation,
        probes: [
            ProbeEntry(
                program: "grpc_propagate", rate: .everyRequest, need: .required,
                candidates: [
                    // mapassign_fast32(t *abi.MapType, m *maps.Map, key uint32), *maptype and *hmap up to Go 1.23
                    CandidateSite(
                        function: .named(GRPC.transport("loopyWriter", "originateStream")),
                        place: .calls(to: "runtime.mapassign_fast32"), arguments: "8 8 4")
                ])
        ],
        fields: [
            FieldNeed(.required, [.goroutineID]),
            FieldNeed(.required, [FieldEntry(GRPC.loopyWriter, "estdStreams", .word, \.propagation.loopy_streams)]),
            FieldNeed(.required, [FieldEntry(GRPC.loopyWriter, "framer", .word, \.propagation.loopy_framer)]),
            FieldNeed(.required, [FieldEntry(GRPC.loopyWriter, "hBuf", .word, \.propagation.loopy_block)]),
            FieldNeed(.required, [FieldEntry(framer, "writer", .word, \.propagation.framer_writer)]),
            FieldNeed(.required, [FieldEntry(bytesBuffer, "buf", .slice, \.propagation.block_bytes)]),
            FieldNeed(.required, [FieldEntry(GRPC.outStream, "id", .half, \.propagation.stream_id)]),
            FieldNeed(.required, [FieldEntry(GRPC.outStream, "wq", .word, \.propagation.stream_quota)]),
            FieldNeed(.required, [FieldEntry(bufWriter, "buf", .slice, \.propagation.grpc.buffer)]),
            FieldNeed(.required, [FieldEntry(bufWriter, "offset", .word, \.propagation.grpc.used)]),
        ],
        copies: [
            CopyEntry(type: bufWriter, limit: NS_WRITER_READ_MAX, length: \.propagation.grpc.read),
            CopyEntry(type: GRPC.loopyWriter, limit: NS_LOOPY_READ_MAX, length: \.propagation.loopy_read),
        ],
        pointers: [
            PointerNeed(
                program: "grpc_propagate", argument: 1,
                field: FieldEntry(GRPC.loopyWriter, "estdStreams", .word, \.propagation.loopy_streams),
                fact: \.propagation.loopy_place),
            PointerNeed(
                program: "grpc_propagate", argument: 2,
                field: FieldEntry(GRPC.outStream, "id", .half, \.propagation.stream_id),
                fact: \.propagation.stream_place),
        ])

    private static let framer = TypeName(package: GRPC.transportPackage, name: "framer")
    private static let bufWriter = TypeName(package: GRPC.transportPackage, name: "bufWriter")
    private static let bytesBuffer = TypeName(package: "bytes", name: "Buffer")
}
