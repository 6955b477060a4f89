// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Which types of errors a Go program has.
#pragma once

#include <linux/types.h>

#include "nodespan/facts/offset.h"

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
