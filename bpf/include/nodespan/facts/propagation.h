// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where a Go program has the buffers that the headers of outgoing requests go to.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

/// Longest part of a buffered writer that is copied in one read, bytes.
#define NS_WRITER_READ_MAX 96

/// A buffered writer: a slice of bytes, and how many of them are waiting to be sent.
struct ns_writer_facts {
	/// Bytes from the start of the struct that hold all its fields below.
	__u16 read;
	ns_offset buffer;
	ns_offset used;
	/// The writer behind it, an interface.
	ns_offset target;
};

/// Longest part of a transport.loopyWriter that is copied in one read, bytes.
#define NS_LOOPY_READ_MAX 96

/// Where the headers of outgoing requests are written.
struct ns_propagation_facts {
	/// abi.Type.Hash of *bufio.Writer and of net/http.persistConnWriter, by which HTTP/1 requests are sent.
	__u32 bufio_writer;
	__u32 connection_writer;
	/// bufio.Writer
	struct ns_writer_facts bufio;
	/// google.golang.org/grpc/internal/transport.bufWriter
	struct ns_writer_facts grpc;
	/// net/http.Request.Header, for HTTP/2 as well, and net/http/internal/http2.ClientRequest.Header.
	ns_offset request_header;
	ns_offset client_request_header;
	/// google.golang.org/grpc/internal/transport.loopyWriter.{estdStreams,framer,hBuf}: a map, a pointer to a
	/// framer and one to a bytes.Buffer. The first loopy_read bytes hold them.
	__u16 loopy_read;
	ns_offset loopy_streams;
	ns_offset loopy_framer;
	ns_offset loopy_block;
	/// transport.framer.writer, a pointer to a bufWriter; bytes.Buffer.buf.
	ns_offset framer_writer;
	ns_offset block_bytes;
	/// transport.outStream.{id,wq}
	ns_offset stream_id;
	ns_offset stream_quota;
	/// Where the pointers to loopyWriter and outStream are when a stream is entered into estdStreams, bytes above
	/// the stack pointer.
	ns_offset loopy_place;
	ns_offset stream_place;
};

/// The types of request that HTTP/2 clients have, as attach cookies name them.
enum ns_http2_request {
	/// *net/http.Request
	NS_HTTP2_REQUEST = 0,
	/// *net/http/internal/http2.ClientRequest, from Go 1.27 on.
	NS_HTTP2_CLIENT_REQUEST = 1,
};
