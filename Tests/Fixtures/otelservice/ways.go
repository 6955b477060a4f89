package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
)

// Kinds of requests, in the order of the addresses.
var kinds = []string{"http1", "http1tls", "http2tls", "http2", "grpc", "grpctls"}

// way is a way to send a request with the trace context of a context.
type way struct {
	kind string
	send func(ctx context.Context, id string) error
}

func newWay(kind, address string) (way, error) {
	security := &tls.Config{InsecureSkipVerify: true}
	switch kind {
	case "grpc":
		return newCalls(kind, address, grpc.WithInsecure())
	case "grpctls":
		return newCalls(kind, address, grpc.WithTransportCredentials(credentials.NewTLS(security)))
	case "http1":
		return newRequests(kind, "http://"+address, &http.Transport{}), nil
	case "http2":
		return newRequests(kind, "http://"+address, &http2.Transport{
			AllowHTTP: true,
			DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
				return net.Dial(network, address)
			},
		}), nil
	}
	return newRequests(kind, "https://"+address, &http.Transport{
		TLSClientConfig: security, ForceAttemptHTTP2: kind == "http2tls",
	}), nil
}

func newRequests(kind, base string, transport http.RoundTripper) way {
	client := &http.Client{Transport: transport}
	return way{kind, func(ctx context.Context, id string) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/"+id, nil)
		if err != nil {
			return err
		}
		propagator.Inject(ctx, propagation.HeaderCarrier(request.Header))
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if _, err = io.Copy(io.Discard, response.Body); err == nil && response.StatusCode != http.StatusOK {
			err = fmt.Errorf("answered %s", response.Status)
		}
		return err
	}}
}

func newCalls(kind, address string, security grpc.DialOption) (way, error) {
	connection, err := grpc.Dial(address, security, grpc.WithDefaultCallOptions(grpc.CallContentSubtype("raw")))
	return way{kind, func(ctx context.Context, id string) error {
		sent := metadata.MD{}
		propagator.Inject(ctx, fields(sent))
		message, reply := []byte(id), []byte(nil)
		return connection.Invoke(metadata.NewOutgoingContext(ctx, sent), "/digest.Calls/"+id, &message, &reply)
	}}, err
}

// fields are metadata, as OpenTelemetry's propagators take it.
type fields metadata.MD

func (fields fields) Get(name string) string {
	if values := metadata.MD(fields).Get(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (fields fields) Set(name, value string) { metadata.MD(fields).Set(name, value) }

func (fields fields) Keys() []string {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	return names
}

// Messages are bytes as they are.
type rawCodec struct{}

func (rawCodec) Name() string { return "raw" }

func (rawCodec) Marshal(value interface{}) ([]byte, error) { return *value.(*[]byte), nil }

func (rawCodec) Unmarshal(data []byte, value interface{}) error {
	*value.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func init() { encoding.RegisterCodec(rawCodec{}) }
