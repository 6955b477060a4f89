//go:build go1.24 && !gopath

package main

import (
	"crypto/tls"
	"net/http"
)

const hasUnencryptedHTTP2 = true

func serveUnencryptedHTTP2(server *http.Server) {
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
}

// configureHTTP2 has nothing to do: net/http's own is the default.
func configureHTTP2(server *http.Server) {}

func newUnencryptedHTTP2Transport() http.RoundTripper {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	return transport
}

func newHTTP2Transport(config *tls.Config) http.RoundTripper {
	return &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
}
