// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the BPF programs know of a Go executable: one `struct ns_binary_facts` per executable, in the map `binaries`,
// named by the lower half of the attach cookie. Offsets come from the binary's own type metadata.
#pragma once

#include <linux/types.h>

/// An offset in a Go struct, in bytes. NS_ABSENT where the binary's struct has no such field.
typedef __u16 ns_offset;
#define NS_ABSENT 0xffff
/// What an unused slot has for an offset that is never 0.
#define NS_UNUSED 0

/// Which of Go's two map implementations a binary uses (runtime/map.go up to Go 1.23, internal/runtime/maps from 1.24).
enum ns_map_kind {
	NS_MAP_ABSENT = 0,
	NS_MAP_CLASSIC = 1,
	NS_MAP_SWISS = 2,
};

/// The layout of `map[string][]string`, the type of http.Header. A group is a bucket of a classic map or a group of a
/// swiss one: eight control bytes, then eight keys and elements.
struct ns_header_map {
	/// `enum ns_map_kind`.
	__u16 kind;
	/// Size of a group, and where its keys and elements are: slot i has its key at keys + i * key_stride.
	__u16 group_size;
	ns_offset keys;
	__u16 key_stride;
	ns_offset elems;
	__u16 elem_stride;
	/// Entries in the map: runtime.hmap.count or maps.Map.used.
	ns_offset count;
	/// runtime.hmap.{flags,B,buckets,oldbuckets}; the overflow pointer in a bucket.
	ns_offset flags;
	ns_offset log2_buckets;
	ns_offset buckets;
	ns_offset old_buckets;
	ns_offset overflow;
	/// maps.Map.{dirPtr,dirLen}, maps.table.{index,groups.data,groups.lengthMask}.
	ns_offset directory;
	ns_offset directory_len;
	ns_offset table_index;
	ns_offset table_groups;
	ns_offset table_length_mask;
};

/// Longest parts of the structs that the programs copy in one read, bytes.
#define NS_HTTP_REQUEST_READ_MAX 288
#define NS_HTTP_URL_READ_MAX 128
#define NS_HTTP_RESPONSE_READ_MAX 192
#define NS_MAP_GROUP_MAX 384

/// The server implementations that one executable can have, each with types of its own.
enum ns_http_server {
	/// net/http's HTTP/1.
	NS_HTTP1 = 0,
	/// The HTTP/2 bundled in net/http up to Go 1.26.
	NS_HTTP2_BUNDLED = 1,
	/// net/http/internal/http2, from Go 1.27 on.
	NS_HTTP2_INTERNAL = 2,
	/// golang.org/x/net/http2.
	NS_HTTP2_X = 3,
	NS_HTTP_SERVER_COUNT = 4,
};

/// Offsets that the programs of one HTTP server implementation read.
struct ns_http_server_facts {
	/// Bytes from the start of each struct that hold all its fields below, but for request_pattern and request_pat.
	__u16 request_read;
	__u16 url_read;
	/// The response is copied from response_from on: response_read bytes hold the fields below.
	ns_offset response_from;
	__u16 response_read;
	/// net/http.Request; net/http/internal/http2.ServerRequest.
	ns_offset request_method;
	ns_offset request_url;
	ns_offset request_proto_major;
	ns_offset request_proto_minor;
	ns_offset request_header;
	ns_offset request_content_length;
	ns_offset request_host;
	ns_offset request_remote_addr;
	ns_offset request_tls;
	/// net/http.Request.ctx, an interface.
	ns_offset request_context;
	/// net/http.Request.Pattern (Go 1.23), a string.
	ns_offset request_pattern;
	/// net/http.Request.pat (Go 1.22), a pointer to a net/http.pattern, and the string in that.
	ns_offset request_pat;
	ns_offset pattern_str;
	/// net/url.URL
	ns_offset url_path;
	ns_offset url_raw_query;
	/// HTTP/2: responseWriter.rws, a pointer to the response's state.
	ns_offset writer_response;
	/// HTTP/1: net/http.response; HTTP/2: responseWriterState.
	ns_offset response_status;
	ns_offset response_written;
	/// HTTP/1: net/http.response.{conn,req}.
	ns_offset response_conn;
	ns_offset response_request;
	/// HTTP/1: net/http.response.w, a pointer that is nil once the connection was hijacked.
	ns_offset response_writer;
	/// HTTP/1: net/http.conn.hijackedv
	ns_offset conn_hijacked;
};

/// The client implementations that one executable can have: the variants in attach cookies.
enum ns_http_client {
	/// net/http's Transport: HTTP/1, and what HTTP/2 begins with.
	NS_HTTP_CLIENT = 0,
	/// The HTTP/2 bundled in net/http up to Go 1.26.
	NS_HTTP2_CLIENT_BUNDLED = 1,
	/// net/http/internal/http2, from Go 1.27 on.
	NS_HTTP2_CLIENT_INTERNAL = 2,
	/// golang.org/x/net/http2, by itself or below net/http's Transport.
	NS_HTTP2_CLIENT_X = 3,
};

/// The responses of these implementations.
enum ns_http_client_response {
	/// net/http.Response
	NS_HTTP_RESPONSE = 0,
	/// net/http/internal/http2.ClientResponse
	NS_HTTP2_RESPONSE_INTERNAL = 1,
	NS_HTTP_CLIENT_RESPONSE_COUNT = 2,
};

#define NS_HTTP_CLIENT_RESPONSE_READ_MAX 128

/// Where a response has what the programs read of it, in its first `read` bytes.
struct ns_http_client_response_facts {
	__u16 read;
	ns_offset status;
	ns_offset proto_major;
	ns_offset proto_minor;
	ns_offset content_length;
};

/// Offsets that the programs of HTTP clients read.
struct ns_http_client_facts {
	/// Bytes from the start of each struct that hold all its fields below.
	__u16 request_read;
	__u16 url_read;
	/// net/http.Request
	ns_offset request_method;
	ns_offset request_url;
	ns_offset request_header;
	ns_offset request_content_length;
	/// The response by which the request before was redirected to this one.
	ns_offset request_response;
	/// An interface.
	ns_offset request_context;
	/// net/url.URL
	ns_offset url_scheme;
	ns_offset url_user;
	ns_offset url_host;
	ns_offset url_path;
	ns_offset url_raw_path;
	ns_offset url_raw_query;
	/// net/url.Userinfo.passwordSet
	ns_offset userinfo_password_set;
	/// net/http.Response.Request: the request that it answered. It need not be in what is copied.
	ns_offset response_request;
	/// By `enum ns_http_client_response`.
	struct ns_http_client_response_facts response[NS_HTTP_CLIENT_RESPONSE_COUNT];
};

/// What an error is, by its concrete type.
enum ns_error_kind {
	NS_ERROR_NONE = 0,
	/// Of a type that isn't listed.
	NS_ERROR_OTHER = 1,
	/// *errors.errorString: only its text tells.
	NS_ERROR_TEXT = 2,
	/// context.deadlineExceededError
	NS_ERROR_DEADLINE = 3,
	/// *internal/poll.DeadlineExceededError
	NS_ERROR_POLL_DEADLINE = 4,
	/// *net.timeoutError
	NS_ERROR_NET_TIMEOUT = 5,
	/// *net.OpError
	NS_ERROR_NET_OP = 6,
	/// *net.DNSError
	NS_ERROR_NET_DNS = 7,
	/// *net.AddrError
	NS_ERROR_NET_ADDRESS = 8,
	/// crypto/tls.RecordHeaderError
	NS_ERROR_TLS_RECORD_HEADER = 9,
	/// *crypto/tls.CertificateVerificationError (Go 1.20)
	NS_ERROR_TLS_CERTIFICATE = 10,
	/// crypto/tls.alert
	NS_ERROR_TLS_ALERT = 11,
	/// net/http.tlsHandshakeTimeoutError
	NS_ERROR_TLS_TIMEOUT = 12,
	/// crypto/x509.UnknownAuthorityError
	NS_ERROR_X509_AUTHORITY = 13,
	/// crypto/x509.HostnameError
	NS_ERROR_X509_HOSTNAME = 14,
	/// crypto/x509.CertificateInvalidError
	NS_ERROR_X509_INVALID = 15,
	/// *net/http.httpError, up to Go 1.22
	NS_ERROR_HTTP = 16,
	/// *net/http.timeoutError, from Go 1.23 on
	NS_ERROR_HTTP_TIMEOUT = 17,
	/// StreamError, GoAwayError and ConnectionError of an HTTP/2 implementation
	NS_ERROR_HTTP2_STREAM = 18,
	NS_ERROR_HTTP2_GO_AWAY = 19,
	NS_ERROR_HTTP2_CONNECTION = 20,
	/// *net/url.Error
	NS_ERROR_URL = 21,
	/// *fmt.wrapError
	NS_ERROR_WRAP = 22,
	/// net/http.nothingWrittenError and net/http.transportReadFromServerError, which only hold another error.
	NS_ERROR_HOLDER = 23,
	NS_ERROR_KIND_COUNT = 24,
};

/// A type of errors.
struct ns_error_type {
	/// `abi.Type.Hash` (internal/abi/type.go), which an `abi.ITab` holds, too; all ones in an entry that isn't
	/// used.
	__u32 hash;
	/// `enum ns_error_kind`.
	__u16 kind;
	/// Where it holds the error that it was made from, an interface. NS_ABSENT where it doesn't.
	ns_offset inner;
};

#define NS_ERROR_TYPES_MAX 40

/// The routers whose own structures show the route, in the upper half of the attach cookie.
enum ns_router {
	NS_ROUTER_GORILLA = 0,
	NS_ROUTER_GIN = 1,
	NS_ROUTER_CHI = 2,
	NS_ROUTER_ECHO = 3,
	NS_ROUTER_COUNT = 4,
};

/// Where a router's struct has the route.
struct ns_route_facts {
	/// A pointer to follow first. NS_ABSENT where the struct has the text itself.
	ns_offset pointer;
	/// The template, a string.
	ns_offset text;
	/// The templates of nested routers, a slice of strings, instead of `text`.
	ns_offset texts;
};

/// Where a type that implements context.Context holds the context that it was derived from: in the map `context_types`,
/// by executable and by `abi.Type.Hash` (internal/abi/type.go), which an `abi.ITab` holds, too.
struct ns_context_type_key {
	/// Slot in the map `binaries`.
	__u32 binary;
	__u32 hash;
};

struct ns_context_type {
	/// The interface value of the parent, or with `behind` a pointer to the struct that holds it.
	ns_offset parent;
	/// The interface value in the struct that is pointed to. NS_ABSENT where there is none.
	ns_offset behind;
};

/// How many context types one executable can have, and all together.
#define NS_CONTEXT_TYPES_MAX 128
#define NS_ALL_CONTEXT_TYPES_MAX 8192

/// What tells the goroutine that started another one, and whether it did so while it served its current request: goids
/// are given out in order, in batches that each processor (runtime.p) takes from runtime.sched.goidgen, the last number
/// taken (runtime/proc.go: newproc1).
struct ns_goroutine_facts {
	/// runtime.g.parentGoid (Go 1.21).
	ns_offset parent_goid;
	/// runtime.g.m, runtime.m.p
	ns_offset m;
	ns_offset p;
	/// runtime.p.goidcache, which goidcacheend follows: the numbers that are left of the processor's batch.
	ns_offset goid_cache;
	/// Bytes from the start of the program's code, as mm_struct.start_code has it, to runtime.sched.goidgen;
	/// NS_NO_COUNTER where that isn't known.
	__u32 goid_counter;
};
#define NS_NO_COUNTER 0xffffffff

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

/// The types of request that HTTP/2 clients have, in the upper half of the attach cookie.
enum ns_http2_request {
	/// *net/http.Request
	NS_HTTP2_REQUEST = 0,
	/// *net/http/internal/http2.ClientRequest, from Go 1.27 on.
	NS_HTTP2_CLIENT_REQUEST = 1,
};

/// All that the programs need to know of one executable.
struct ns_binary_facts {
	/// runtime.g.goid. With NS_UNUSED, the probes of this executable do nothing.
	ns_offset goid;
	struct ns_goroutine_facts goroutine;
	struct ns_header_map header_map;
	/// By `enum ns_http_server`, which the upper half of the attach cookie names where several have one program.
	struct ns_http_server_facts http_server[NS_HTTP_SERVER_COUNT];
	struct ns_route_facts routes[NS_ROUTER_COUNT];
	struct ns_propagation_facts propagation;
	struct ns_net_facts net;
	struct ns_grpc_server_facts grpc_server;
	struct ns_http_client_facts http_client;
	struct ns_error_type error_types[NS_ERROR_TYPES_MAX];
	struct ns_grpc_client_facts grpc_client;
};
