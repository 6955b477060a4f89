package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

func receive(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	report := func(id string, traceparents []string, digest string) {
		if len(traceparents) == 0 {
			traceparents = []string{"-"}
		}
		if _, err := fmt.Fprintf(file, "%s %s %s\n", id, strings.Join(traceparents, ","), digest); err != nil {
			panic(err)
		}
	}
	var listeners []net.Listener
	for range kinds {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		listeners = append(listeners, listener)
	}
	overHTTP2 := receiveFields(report)
	secure := httptest.NewUnstartedServer(overHTTP2)
	secure.EnableHTTP2 = true
	secure.Listener.Close()
	secure.Listener = listeners[2]
	secure.StartTLS()
	encrypted := tls.NewListener(listeners[1], &tls.Config{Certificates: secure.TLS.Certificates})

	failures := make(chan error)
	go func() { failures <- serveBytes(listeners[0], report) }()
	go func() { failures <- serveBytes(encrypted, report) }()
	go func() {
		failures <- (&http.Server{Handler: h2c.NewHandler(overHTTP2, &http2.Server{})}).Serve(listeners[3])
	}()
	go func() { failures <- receiveCalls(report).Serve(listeners[4]) }()
	go func() {
		certificate := credentials.NewServerTLSFromCert(&secure.TLS.Certificates[0])
		failures <- receiveCalls(report, grpc.Creds(certificate)).Serve(listeners[5])
	}()
	line := "listening"
	for _, listener := range listeners {
		line += " " + listener.Addr().String()
	}
	// By one write: who waits for it may look at any time.
	fmt.Println(line)
	return <-failures
}

type report func(id string, traceparents []string, digest string)

// receiveFields reports what was in requests of HTTP/2.
func receiveFields(report report) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		id := strings.TrimPrefix(r.URL.Path, "/")
		fields := newFields(strings.HasSuffix(id, "own"))
		for name, values := range r.Header {
			fields.add(name, values)
		}
		for name, values := range r.Trailer {
			fields.add("trailer "+name, values)
		}
		fields.add("request", []string{r.Proto, r.Method, r.Host, r.RequestURI, fmt.Sprint(r.ContentLength)})
		fields.add("body", []string{string(body)})
		report(id, fields.traceparents, fields.digest())
	})
}

// receiveCalls reports what was in gRPC calls, and answers each with an empty message. The method Ask is a unary one to it.
func receiveCalls(report report, options ...grpc.ServerOption) *grpc.Server {
	options = append(options, grpc.UnknownServiceHandler(func(_ interface{}, stream grpc.ServerStream) error {
		sent, _ := metadata.FromIncomingContext(stream.Context())
		name, _ := grpc.MethodFromServerStream(stream)
		id := name[strings.LastIndex(name, "/")+1:]
		fields := newFields(strings.HasSuffix(id, "own"))
		for name, values := range sent {
			fields.add(name, values)
		}
		fields.add("method", []string{name})
		for {
			var message []byte
			err := stream.RecvMsg(&message)
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			fields.add("message", []string{string(message)})
		}
		report(id, fields.traceparents, fields.digest())
		reply := []byte{}
		return stream.SendMsg(&reply)
	}))
	server := grpc.NewServer(options...)
	answer := func(
		_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor,
	) (interface{}, error) {
		var message []byte
		err := decode(&message)
		return &message, err
	}
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "digest.Calls", HandlerType: (*interface{})(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Ask", Handler: answer}},
	}, nil)
	return server
}
