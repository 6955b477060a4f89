//go:build !go1.24 && !gopath

package main

import (
	"crypto/tls"
	"net/http"
)

const hasUnencryptedHTTP2 = false

func serveUnencryptedHTTP2(server *http.Server) {}

// configureHTTP2 has nothing to do: net/http's own is the default.
func configureHTTP2(server *http.Server) {}

func newUnencryptedHTTP2Transport() http.RoundTripper { return nil }

func newHTTP2Transport(config *tls.Config) http.RoundTripper {
	return &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
}
