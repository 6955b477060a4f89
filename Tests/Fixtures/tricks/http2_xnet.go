//go:build gopath

package main

import (
	"crypto/tls"
	"log"
	"net"
	"net/http"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

const hasUnencryptedHTTP2 = true

func serveUnencryptedHTTP2(server *http.Server) {
	server.Handler = h2c.NewHandler(server.Handler, &http2.Server{})
}

// configureHTTP2 puts golang.org/x/net's implementation in the place of net/http's own.
func configureHTTP2(server *http.Server) {
	if err := http2.ConfigureServer(server, nil); err != nil {
		log.Fatal(err)
	}
}

func newUnencryptedHTTP2Transport() http.RoundTripper {
	return &http2.Transport{
		AllowHTTP: true,
		DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
			return net.Dial(network, address)
		},
	}
}

func newHTTP2Transport(config *tls.Config) http.RoundTripper {
	return &http2.Transport{TLSClientConfig: config}
}
