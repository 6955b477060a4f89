// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// A gRPC call, seen by its server or its client: its record once finished, and what is kept of it until then.
#pragma once

#include <linux/types.h>

#include "nodespan/span.h"

/// The texts of a call, in the order in which they stand in `ns_grpc_span.text`.
enum ns_grpc_text {
	/// Server: all tracestate lines, joined with commas; empty without a valid traceparent. The only text of a call
	/// that isn't sampled: it goes on to whoever the handler calls. Client: the parent's.
	NS_GRPC_TRACESTATE = 0,
	/// Server, of a call that net/http received: the peer, "address:port", as net.Conn.RemoteAddr prints it.
	NS_GRPC_PEER = 1,
	/// "/package.Service/Method"
	NS_GRPC_METHOD = 2,
	/// Server: the :authority that the client asked for, or where `is_unix` the path of the socket. Client: the
	/// target that was dialled.
	NS_GRPC_AUTHORITY = 3,
	NS_GRPC_TEXT_COUNT = 4,
};

/// Longest text kept of each kind, in bytes; what is longer is cut there.
#define NS_GRPC_TRACESTATE_MAX 512
#define NS_GRPC_PEER_MAX 63
#define NS_GRPC_METHOD_MAX 255
#define NS_GRPC_AUTHORITY_MAX 191
/// Room for all of them, rounded up to a power of two.
#define NS_GRPC_TEXT_MAX 1024

/// What is known of how a call ended.
enum ns_grpc_outcome {
	/// `status` is its status code.
	NS_GRPC_STATUS = 0,
	/// It ended without one: nobody was left to send one to, or the handler ended its goroutine.
	NS_GRPC_NO_STATUS = 1,
	/// The client was handed an error of another kind than gRPC's.
	NS_GRPC_OTHER_ERROR = 2,
};

/// An address as net.TCPAddr has it.
struct ns_ip_address {
	__u8 bytes[16];
	__u16 port;
	/// Bytes of the address: 0 (unknown, or no IP address), 4 or 16.
	__u8 len;
	__u8 reserved;
};

struct ns_grpc_span {
	struct ns_span span;
	/// google.golang.org/grpc/codes.Code
	__u32 status;
	/// `enum ns_grpc_outcome`.
	__u8 outcome;
	/// Server: 1 when the connection is one of a Unix domain socket.
	__u8 is_unix;
	/// Bit i set: text i was longer than what is kept, or could not be read. Also NS_GRPC_METADATA_CUT.
	__u16 truncated;
	/// The other end of the connection, and this one, which only servers know.
	struct ns_ip_address peer;
	struct ns_ip_address local;
	/// Length of each text kept, bytes.
	__u16 text_len[NS_GRPC_TEXT_COUNT];
	/// The texts one behind the other, without terminators. A record ends behind its last text.
	char text[NS_GRPC_TEXT_MAX];
};

/// In `ns_grpc_span.truncated`: the metadata was too large to be walked to its end, or could not all be read.
#define NS_GRPC_METADATA_CUT 0x8000

/// A call being served, by its goroutine.
struct ns_grpc_server_in_flight {
	/// What is known so far of the record that the end emits.
	struct ns_grpc_span record;
	/// The transport's stream, a *transport.ServerStream (*transport.Stream up to 1.68).
	__u64 stream;
	/// Its context.Context, the data pointer of the interface; 0 when unknown.
	__u64 context;
	/// What tells the goroutines that its goroutine started since.
	struct ns_goroutine_mark mark;
	/// Bytes of record.text in use.
	__u64 text_used;
};

/// A call being made. At first it is known by the goroutine that makes it, which goes on to be its key where there is
/// one message each way: such a call ends where it began. A stream of messages may end in any goroutine, and a
/// goroutine may have several: it is known by its *clientStream as soon as it has one.
struct ns_grpc_client_in_flight {
	/// What is known so far of the record that the end emits.
	struct ns_grpc_span record;
	/// Bytes of record.text in use.
	__u64 text_used;
	/// Whose child it is.
	struct ns_owner owner;
	/// *grpc.ClientConn, *grpc.StreamDesc, and where the method's name is: by these its *grpc.clientStream is told.
	__u64 connection;
	__u64 description;
	__u64 method;
	/// *grpc.clientStream, once it is the key.
	__u64 stream;
	/// *grpc.clientStream of a call that is still known by its goroutine, once an operation on it has failed.
	__u64 failing;
	/// Where the goroutine's stack ended when it began.
	__u64 stack_pointer;
	/// Of its stream, or the last one that it was tried with: key of an entry in `outgoing`; 0 without.
	__u64 write_quota;
	/// 1 once its end was seen.
	__u32 is_over;
	/// 1 while the goroutine has another call in flight, which needs this one: its credentials come with a call.
	/// That one's key has NS_GRPC_OUTER_CALL.
	__u32 is_inner;
};

/// In a key that is a goroutine: the call that waits for an inner one.
#define NS_GRPC_OUTER_CALL (1ULL << 63)
