package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
)

// Size of write buffers, for a sender of its own each; 0 for what a library takes by itself, -1 for none in gRPC.
var buffers = []int{0, -1, 200, 1 << 16}

// send waits for the end of its standard input, so that it can be traced from its first request on.
func send(length time.Duration, addresses []string) error {
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	end := time.Now().Add(length)
	failures := make(chan error, len(kinds)*len(buffers))
	var group sync.WaitGroup
	for i, kind := range kinds {
		for j, buffer := range buffers {
			sender, err := newSender(kind, addresses[i], buffer)
			if err != nil {
				return err
			}
			group.Add(1)
			go func(name string) {
				defer group.Done()
				for n := 0; time.Now().Before(end); n++ {
					content := newContent(fmt.Sprintf("%s-%d", name, n))
					if err := sender(content); err != nil {
						failures <- fmt.Errorf("%s: %w", content.id, err)
						return
					}
				}
			}(fmt.Sprintf("%s-%d", kind, j))
		}
	}
	group.Wait()
	close(failures)
	return <-failures
}

func newSender(kind, address string, buffer int) (func(*content) error, error) {
	switch kind {
	case "grpc":
		return newCaller(address, buffer, grpc.WithInsecure())
	case "grpctls":
		security := credentials.NewTLS(&tls.Config{InsecureSkipVerify: true})
		return newCaller(address, buffer, grpc.WithTransportCredentials(security))
	}
	var transport http.RoundTripper
	base := "http://" + address
	switch kind {
	case "http2":
		transport = &http2.Transport{
			AllowHTTP: true,
			DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
				return net.Dial(network, address)
			},
		}
	case "http1tls", "http2tls":
		base = "https://" + address
		fallthrough
	default:
		transport = &http.Transport{
			WriteBufferSize: buffer, ForceAttemptHTTP2: kind == "http2tls",
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		}
	}
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	return func(content *content) error {
		request, err := http.NewRequest(content.method, base+"/"+content.id+"?"+content.query, content.body())
		if err != nil {
			return err
		}
		for _, pair := range content.pairs {
			request.Header.Add(pair[0], pair[1])
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		if err == nil && response.StatusCode != http.StatusOK {
			err = fmt.Errorf("answered %s", response.Status)
		}
		return err
	}, nil
}

func newCaller(address string, buffer int, security grpc.DialOption) (func(*content) error, error) {
	options := []grpc.DialOption{security, grpc.WithDefaultCallOptions(grpc.CallContentSubtype("raw"))}
	switch {
	case buffer > 0:
		options = append(options, grpc.WithWriteBufferSize(buffer))
	case buffer < 0:
		options = append(options, grpc.WithWriteBufferSize(0))
	}
	connection, err := grpc.Dial(address, options...)
	if err != nil {
		return nil, err
	}
	return func(content *content) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, pair := range content.pairs {
			ctx = metadata.AppendToOutgoingContext(ctx, pair[0], pair[1])
		}
		method, message, reply := "/digest.Calls/"+content.id, []byte(content.text), []byte(nil)
		if !content.streams {
			return connection.Invoke(ctx, method, &message, &reply)
		}
		stream, err := connection.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true}, method)
		if err != nil {
			return err
		}
		for i := 0; i < 3; i++ {
			if err := stream.SendMsg(&message); err != nil {
				return err
			}
		}
		if err := stream.CloseSend(); err != nil {
			return err
		}
		return stream.RecvMsg(&reply)
	}, nil
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
