package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	health_v1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// http: net/http has the connections; tls; workers=N: goroutines that serve one call after the other; unix=PATH: listens
// there instead of on TCP; log=FILE: a line for each call that was served; threads=N: GOMAXPROCS.
const serveOptions = "http tls workers unix log threads"

// record appends a line for each call: its traceparent, full method, code, the client's and the server's address.
type record struct {
	mutex sync.Mutex
	file  *os.File
}

func (r *record) add(ctx context.Context, method string, err error) {
	if r.file == nil {
		return
	}
	parent, authority, client := "-", "-", "-"
	if received, ok := metadata.FromIncomingContext(ctx); ok {
		if values := received["traceparent"]; len(values) > 0 {
			parent = values[0]
		}
		if values := received[":authority"]; len(values) > 0 {
			authority = values[0]
		}
	}
	if from, ok := peer.FromContext(ctx); ok && from.Addr.String() != "" {
		client = from.Addr.String()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	fmt.Fprintln(r.file, parent, method, int(status.Code(err)), client, authority)
}

// recovered makes a status of a panic, as servers' interceptors do.
func recovered(err *error) {
	if cause := recover(); cause != nil {
		*err = status.Errorf(codes.Internal, "panic: %v", cause)
	}
}

func (r *record) unary(
	ctx context.Context, request interface{}, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler,
) (reply interface{}, err error) {
	defer func() { r.add(ctx, info.FullMethod, err) }()
	defer recovered(&err)
	return handler(ctx, request)
}

func (r *record) stream(
	server interface{}, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler,
) (err error) {
	defer func() { r.add(stream.Context(), info.FullMethod, err) }()
	defer recovered(&err)
	return handler(server, stream)
}

func listen(chosen options) (net.Listener, error) {
	if chosen.has("unix") {
		return net.Listen("unix", chosen["unix"])
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

func serve(words []string) error {
	chosen, rest := take(words, serveOptions)
	if len(rest) > 0 {
		return fmt.Errorf("serve: %s?", strings.Join(rest, " "))
	}
	if chosen.has("threads") {
		runtime.GOMAXPROCS(chosen.number("threads", 1))
	}
	listener, err := listen(chosen)
	if err != nil {
		return err
	}
	served := &record{}
	if chosen.has("log") {
		if served.file, err = os.Create(chosen["log"]); err != nil {
			return err
		}
	}
	settings := []grpc.ServerOption{
		grpc.UnaryInterceptor(served.unary), grpc.StreamInterceptor(served.stream), grpc.MaxSendMsgSize(largestMessage),
	}
	if chosen.has("workers") {
		settings = append(settings, grpc.NumStreamWorkers(uint32(chosen.number("workers", 1))))
	}
	encrypted := &tls.Config{NextProtos: []string{"h2"}}
	if chosen.has("tls") {
		certificate, err := selfSigned()
		if err != nil {
			return err
		}
		encrypted.Certificates = []tls.Certificate{certificate}
		if !chosen.has("http") {
			settings = append(settings, grpc.Creds(credentials.NewTLS(encrypted)))
		}
	}
	checks := health.NewServer()
	server := grpc.NewServer(settings...)
	health_v1.RegisterHealthServer(server, checks)
	server.RegisterService(&callsService, &calls{})
	// Watch sends a message with every change.
	go func() {
		for serving := false; ; serving = !serving {
			status := health_v1.HealthCheckResponse_NOT_SERVING
			if serving {
				status = health_v1.HealthCheckResponse_SERVING
			}
			checks.SetServingStatus("changing", status)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	fmt.Fprintf(os.Stdout, "listening %s\n", listener.Addr())
	switch {
	case chosen.has("http") && chosen.has("tls"):
		return (&http.Server{Handler: server, TLSConfig: encrypted}).ServeTLS(listener, "", "")
	case chosen.has("http"):
		return (&http.Server{Handler: h2c.NewHandler(server, &http2.Server{})}).Serve(listener)
	default:
		return server.Serve(listener)
	}
}
