// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What the BPF programs know of a Go executable: one `struct ns_binary_facts` per executable, in the map `binaries`,
// named by the attach cookie. Offsets come from the binary's own type metadata.
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

/// Longest leading parts of the structs that the programs copy in one read, bytes.
#define NS_HTTP_REQUEST_READ_MAX 256
#define NS_HTTP_URL_READ_MAX 128
#define NS_HTTP_RESPONSE_READ_MAX 192
#define NS_MAP_GROUP_MAX 384

/// Offsets the net/http server programs read.
struct ns_http_server_facts {
	/// Bytes from the start of each struct that hold all its fields below, but for request_pattern and request_pat.
	__u16 request_read;
	__u16 url_read;
	__u16 response_read;
	/// net/http.Request
	ns_offset request_method;
	ns_offset request_url;
	ns_offset request_proto_major;
	ns_offset request_proto_minor;
	ns_offset request_header;
	ns_offset request_content_length;
	ns_offset request_host;
	ns_offset request_remote_addr;
	ns_offset request_tls;
	/// net/http.Request.Pattern (Go 1.23), a string.
	ns_offset request_pattern;
	/// net/http.Request.pat (Go 1.22), a pointer to a net/http.pattern, and the string in that.
	ns_offset request_pat;
	ns_offset pattern_str;
	/// net/url.URL
	ns_offset url_path;
	ns_offset url_raw_query;
	/// net/http.response
	ns_offset response_conn;
	ns_offset response_request;
	ns_offset response_status;
	ns_offset response_written;
	/// net/http.response.w, a pointer that is nil once the connection was hijacked.
	ns_offset response_writer;
	/// net/http.conn
	ns_offset conn_hijacked;
};

/// All that the programs need to know of one executable.
struct ns_binary_facts {
	/// runtime.g.goid, or NS_UNUSED: the probes of this executable do nothing then.
	ns_offset goid;
	struct ns_header_map header_map;
	struct ns_http_server_facts http_server;
};
