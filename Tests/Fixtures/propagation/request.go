package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Set where golang.org/x/net and grpc are there.
var (
	clearTextHTTP2 func() http.RoundTripper
	dialGRPC       func(kind *request, address string) (func(context.Context) error, error)
)

const ownTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// request is a kind of request, and how many of it.
type request struct {
	url             string
	count, parallel int
	// How many headers there are besides, and how long each is.
	headers, size int
	body          string
	own           string
	expect        bool
	buffer        int
	sharesHeader  bool
	connects      bool
	h2c, grpc     bool
	streams       bool

	client *http.Client
	header http.Header
	call   func(context.Context) error
}

func (kind *request) define(flags *flag.FlagSet) {
	flags.IntVar(&kind.count, "count", 1, "rounds of requests")
	flags.IntVar(&kind.parallel, "parallel", 1, "requests in a round, sent at the same time")
	flags.IntVar(&kind.headers, "headers", 0, "headers (gRPC: metadata) besides")
	flags.IntVar(&kind.size, "size", 8, "bytes of each of them")
	flags.StringVar(&kind.body, "body", "", "POST this")
	flags.StringVar(&kind.own, "own", "", "set a trace context: traceparent, tracestate, or lowercase for an uncanonical name")
	flags.BoolVar(&kind.expect, "expect", false, "expect 100-continue")
	flags.IntVar(&kind.buffer, "buffer", -1, "bytes of the write buffer (gRPC: 0 for none)")
	flags.BoolVar(&kind.sharesHeader, "share", false, "one header map for all requests")
	flags.BoolVar(&kind.connects, "connect", false, "a connection for each request")
	flags.BoolVar(&kind.h2c, "h2c", false, "HTTP/2 without TLS")
	flags.BoolVar(&kind.grpc, "grpc", false, "call the health service; URL is an address")
	flags.BoolVar(&kind.streams, "streams", false, "call its streaming method")
}

func (kind *request) prepare() (err error) {
	if kind.grpc {
		if dialGRPC == nil {
			return errors.New("built without grpc")
		}
		kind.call, err = dialGRPC(kind, kind.url)
		return err
	}
	kind.client = &http.Client{Timeout: time.Minute}
	if kind.h2c {
		if clearTextHTTP2 == nil {
			return errors.New("built without golang.org/x/net")
		}
		kind.client.Transport = clearTextHTTP2()
	} else {
		transport := &http.Transport{
			ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			ExpectContinueTimeout: 10 * time.Second, DisableKeepAlives: kind.connects,
		}
		if kind.buffer >= 0 {
			transport.WriteBufferSize = kind.buffer
		}
		kind.client.Transport = transport
	}
	kind.header = kind.newHeader()
	return nil
}

// pairs are the headers besides.
func (kind *request) pairs() [][2]string {
	var pairs [][2]string
	for i := 0; i < kind.headers; i++ {
		pairs = append(pairs, [2]string{fmt.Sprintf("x-header-%03d", i), strings.Repeat(string(rune('a'+i%26)), kind.size)})
	}
	switch kind.own {
	case "traceparent", "lowercase":
		pairs = append(pairs, [2]string{"traceparent", ownTraceparent})
	case "tracestate":
		pairs = append(pairs, [2]string{"tracestate", "own=1"})
	}
	return pairs
}

func (kind *request) newHeader() http.Header {
	header := http.Header{}
	for _, pair := range kind.pairs() {
		if kind.own == "lowercase" {
			header[pair[0]] = []string{pair[1]}
		} else {
			header.Set(pair[0], pair[1])
		}
	}
	return header
}

// send sends one request, for an incoming one if there is a context.
func (kind *request) send(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	if kind.grpc {
		return kind.call(ctx)
	}
	method := http.MethodGet
	if kind.body != "" {
		method = http.MethodPost
	}
	outgoing, err := http.NewRequestWithContext(ctx, method, kind.url, strings.NewReader(kind.body))
	if err != nil {
		return err
	}
	if kind.sharesHeader {
		outgoing.Header = kind.header
	} else {
		outgoing.Header = kind.newHeader()
		if kind.expect {
			outgoing.Header.Set("Expect", "100-continue")
		}
	}
	response, err := kind.client.Do(outgoing)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
