package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
)

// Messages of one stream, each way.
const messages = 3

// serveStream answers each message of Talk0 to Talk63; the last one with what the HTTP/2 server answered.
func serveStream(next string) error {
	var transport http.RoundTripper = &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	if strings.HasPrefix(next, "http:") {
		transport = &http2.Transport{
			AllowHTTP: true,
			DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
				return net.Dial(network, address)
			},
		}
	}
	client := &http.Client{Transport: transport}
	handle := func(_ interface{}, stream grpc.ServerStream) error {
		for i := 1; ; i++ {
			var request []byte
			err := stream.RecvMsg(&request)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			id := string(request)
			reply := []byte("stream ")
			if i == messages {
				text, err := onward(stream.Context(), id, func(ctx context.Context) (string, error) {
					return get(ctx, client, next+"/"+id)
				})
				if err != nil {
					return err
				}
				reply = append(reply, text...)
			}
			if err := stream.SendMsg(&reply); err != nil {
				return err
			}
		}
	}
	service := &grpc.ServiceDesc{ServiceName: "chain.Stream"}
	for i := 0; i < 64; i++ {
		service.Streams = append(service.Streams, grpc.StreamDesc{
			StreamName: "Talk" + strconv.Itoa(i), Handler: handle, ServerStreams: true, ClientStreams: true,
		})
	}
	return serve(service)
}
