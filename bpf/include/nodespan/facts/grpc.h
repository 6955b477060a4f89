// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where a Go program has what is read of gRPC calls, on both sides.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

/// Values of net.Addr: the hashes of the types that they are told by, *net.TCPAddr and *net.UnixAddr, and their fields.
struct ns_net_facts {
	__u32 tcp_addr;
	__u32 unix_addr;
	ns_offset tcp_ip;
	ns_offset tcp_port;
	ns_offset unix_name;
};

/// google.golang.org/grpc, the side that serves.
struct ns_grpc_server_facts {
	/// Hashes of the types that values of interfaces are told by: *transport.http2Server; *context.valueCtx;
	/// metadata.mdIncomingKey and metadata.MD, the key and the value of the received metadata in a context.
	__u32 http2_server;
	__u32 value_context;
	__u32 metadata_key;
	__u32 metadata;
	/// context.valueCtx.{key,val}, interfaces.
	ns_offset context_key;
	ns_offset context_value;
	/// transport.ServerStream.Stream, a pointer to the struct with the next two. NS_ABSENT where they are in what
	/// the server hands on: transport.Stream up to 1.68, and a ServerStream that embeds it by value.
	ns_offset stream_behind;
	/// transport.Stream.{method,ctx}, a string and an interface.
	ns_offset stream_method;
	ns_offset stream_context;
	/// transport.http2Server.peer.{Addr,LocalAddr}, or {remoteAddr,localAddr} up to 1.59: interfaces.
	ns_offset server_peer;
	ns_offset server_local;
	/// internal/status.Status.s, a pointer, and Code, 4 bytes, in what it points to, a rpc/status.Status.
	ns_offset status_proto;
	ns_offset status_code;
};

/// google.golang.org/grpc, the side that calls.
struct ns_grpc_client_facts {
	/// grpc.clientStream.{cc,desc,attempt}
	ns_offset stream_connection;
	ns_offset stream_description;
	ns_offset stream_attempt;
	/// grpc.ClientConn.target, a string.
	ns_offset connection_target;
	/// grpc.csAttempt.{transport,transportStream} (t and s up to 1.7x): an interface, and a pointer that is nil
	/// until there is a stream.
	ns_offset attempt_transport;
	ns_offset attempt_stream;
	/// transport.http2Client.remoteAddr, an interface.
	ns_offset transport_remote_addr;
	/// status.Error.s, a *status.Status, and status.Status.s, a *spb.Status. Up to 1.57 status.Error.e points to
	/// the latter: then there is no error_status.
	ns_offset error_status;
	ns_offset error_proto;
	/// spb.Status.Code
	ns_offset proto_code;
	/// fmt.wrapError.err, an interface.
	ns_offset wrapped;
	/// transport.headerFrame.{hf,wq} (transport.clientHeaders from 1.83 on), a slice of hpack.HeaderField, and a
	/// pointer that the stream has, too.
	ns_offset frame_fields;
	ns_offset frame_quota;
	/// golang.org/x/net/http2/hpack.HeaderField.Name, and its last field, Sensitive, a byte.
	ns_offset field_name;
	ns_offset field_sensitive;
	/// runtime.g.stack, whose bounds are two words.
	ns_offset stack;
	/// Hashes of the types that values of interfaces are told by: *transport.http2Client, *status.Error,
	/// *fmt.wrapError, *errors.errorString, context.deadlineExceededError.
	__u32 transport_type;
	__u32 status_type;
	__u32 wrap_type;
	__u32 text_type;
	__u32 deadline_type;
};
