package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"
)

const service = "/nodespan.test.Calls/"

// retries is a service config: methods of the service are tried three times.
const retries = `{"methodConfig": [{"name": [{"service": "nodespan.test.Calls"}], "retryPolicy": {"maxAttempts": 4,
	"initialBackoff": "0.01s", "maxBackoff": "0.01s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`

// calls answers HTTP requests for PATH?n=COUNT by making calls, and tells how they ended: codes of google.golang.org/grpc/codes.
type calls struct {
	connections []*grpc.ClientConn
	// refused has an address that nobody listens at; unresolved is of a name that is never resolved.
	refused, unresolved *grpc.ClientConn
	// cautious makes a call for each call, to find out what to send; careless can't; patient tries again.
	cautious, careless, patient *grpc.ClientConn
}

func dial(address string) (*calls, error) {
	c := &calls{}
	var err error
	connect := func(target string, options ...grpc.DialOption) *grpc.ClientConn {
		connection, failure := grpc.Dial(target, append(options, grpc.WithInsecure(),
			grpc.WithDefaultCallOptions(grpc.CallContentSubtype("raw")))...)
		if failure != nil {
			err = failure
		}
		return connection
	}
	for _, target := range []string{address, "passthrough:///" + address, "dns:///" + address} {
		c.connections = append(c.connections, connect(target))
	}
	c.refused = connect("127.0.0.1:1")
	c.unresolved = connect("never:///nowhere", grpc.WithResolvers(manual.NewBuilderWithScheme("never")))
	c.cautious = connect(address, grpc.WithPerRPCCredentials(credentials(func(ctx context.Context) error {
		return c.unary(ctx, c.connections[0], "Echo0")
	})))
	c.careless = connect(address, grpc.WithPerRPCCredentials(credentials(func(context.Context) error {
		return errors.New("no idea")
	})))
	c.patient = connect(address, grpc.WithDefaultServiceConfig(retries))
	return c, err
}

// credentials are those of a call, which have nothing to say but take something to find out.
type credentials func(ctx context.Context) error

func (c credentials) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	return map[string]string{"asked": "yes"}, c(ctx)
}

func (credentials) RequireTransportSecurity() bool { return false }

func (c *calls) unary(ctx context.Context, connection *grpc.ClientConn, method string) error {
	var reply []byte
	return connection.Invoke(ctx, service+method, []byte("message"), &reply)
}

// open begins a stream and sends everything that it is to send: three messages, or one for a stream of the server only.
func (c *calls) open(
	ctx context.Context, connection *grpc.ClientConn, kind string, method string,
) (grpc.ClientStream, error) {
	description := &grpc.StreamDesc{
		StreamName: method, ServerStreams: kind != "client", ClientStreams: kind != "server",
	}
	stream, err := connection.NewStream(ctx, description, service+method)
	if err != nil {
		return nil, err
	}
	for i := 0; i < 3 && (i == 0 || kind != "server"); i++ {
		// The status comes with what is received.
		if err := stream.SendMsg([]byte("message")); err != nil && err != io.EOF {
			return nil, err
		}
	}
	return stream, stream.CloseSend()
}

// drain receives all messages of a stream. A stream of the client has one answer, which is its end.
func drain(stream grpc.ClientStream, kind string) error {
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err == io.EOF {
			return nil
		} else if err != nil || kind == "client" {
			return err
		}
	}
}

func (c *calls) stream(ctx context.Context, connection *grpc.ClientConn, kind string, method string) error {
	stream, err := c.open(ctx, connection, kind, method)
	if err != nil {
		return err
	}
	return drain(stream, kind)
}

// one makes a call of a kind, "unary" or which side streams.
func (c *calls) one(ctx context.Context, connection *grpc.ClientConn, kind string, code int) error {
	switch method := strconv.Itoa(code); kind {
	case "unary":
		return c.unary(ctx, connection, "Echo"+method)
	case "server", "bidi":
		return c.stream(ctx, connection, kind, "Many"+method)
	default:
		// One message for three.
		return c.stream(ctx, connection, kind, "Send"+method)
	}
}

// elsewhere ends a stream in a goroutine that didn't begin it.
func (c *calls) elsewhere(ctx context.Context, code int) error {
	stream, err := c.open(ctx, c.connections[0], "bidi", "Many"+strconv.Itoa(code))
	if err != nil {
		return err
	}
	ended := make(chan error)
	go func() { ended <- drain(stream, "bidi") }()
	return <-ended
}

// several begins streams in one goroutine before it ends any, the last one first.
func (c *calls) several(ctx context.Context, count int) error {
	streams := make([]grpc.ClientStream, count)
	for i := range streams {
		var err error
		if streams[i], err = c.open(ctx, c.connections[0], "bidi", "Many"+strconv.Itoa(i%17)); err != nil {
			return err
		}
		if err := c.unary(ctx, c.connections[0], "Echo0"); err != nil {
			return err
		}
	}
	for i := count - 1; i >= 0; i-- {
		if got := int(status.Code(drain(streams[i], "bidi"))); got != i%17 {
			return fmt.Errorf("stream %d has code %d", i, got)
		}
	}
	return nil
}

// burst makes calls of all kinds, with all codes, in 64 goroutines at once.
func (c *calls) burst(ctx context.Context, count int) error {
	var group sync.WaitGroup
	wrong := make(chan error, 64)
	for worker := 0; worker < 64; worker++ {
		group.Add(1)
		go func(worker int) {
			defer group.Done()
			for i := worker; i < count; i += 64 {
				kind := []string{"unary", "client", "server", "bidi"}[i%4]
				connection := c.connections[i/4%len(c.connections)]
				code := 1 + i%16
				if got := int(status.Code(c.one(ctx, connection, kind, code))); got != code {
					wrong <- fmt.Errorf("%s call has code %d, not %d", kind, got, code)
					return
				}
			}
		}(worker)
	}
	group.Wait()
	close(wrong)
	return <-wrong
}

// panics makes a call whose message can't be made.
func (c *calls) panics(ctx context.Context) {
	defer func() { recover() }()
	c.connections[0].Invoke(ctx, service+"Echo0", func() { panic("no message") }, nil)
}

func (c *calls) call(ctx context.Context, what string, count int) error {
	soon, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	switch what {
	case "refused":
		return c.unary(ctx, c.refused, "Echo0")
	case "refused-stream":
		return c.stream(ctx, c.refused, "bidi", "Many0")
	case "waiting":
		var reply []byte
		return c.refused.Invoke(soon, service+"Echo0", []byte("message"), &reply, grpc.WaitForReady(true))
	case "unresolved":
		return c.unary(soon, c.unresolved, "Echo0")
	case "deadline":
		return c.unary(soon, c.connections[0], "Slow0")
	case "deadline-stream":
		return c.stream(soon, c.connections[0], "bidi", "Slow0")
	case "cancelled":
		time.AfterFunc(50*time.Millisecond, cancel)
		return c.unary(soon, c.connections[0], "Slow0")
	case "left":
		// The cancelled context ends it, in a goroutine of gRPC's own.
		_, err := c.open(soon, c.connections[0], "bidi", "Slow0")
		cancel()
		return err
	case "abandoned":
		_, err := c.open(context.Background(), c.connections[0], "bidi", "Slow0")
		return err
	case "cautious":
		return c.unary(ctx, c.cautious, "Echo0")
	case "cautious-stream":
		return c.stream(ctx, c.cautious, "bidi", "Many0")
	case "careless":
		return c.unary(ctx, c.careless, "Echo0")
	case "patient":
		return c.unary(ctx, c.patient, "Flaky0")
	case "patient-stream":
		return c.stream(ctx, c.patient, "bidi", "Flaky0")
	case "own":
		return c.unary(metadata.AppendToOutgoingContext(
			ctx, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), c.connections[0], "Echo0")
	case "panics":
		c.panics(ctx)
		return c.unary(ctx, c.connections[0], "Echo5")
	case "several":
		return c.several(ctx, count)
	case "burst":
		return c.burst(ctx, count)
	case "loop":
		for i := 0; i < count; i++ {
			if err := c.unary(ctx, c.connections[0], "Echo0"); err != nil {
				return err
			}
		}
		return nil
	case "loop-stream":
		for i := 0; i < count; i++ {
			if err := c.one(ctx, c.connections[0], "bidi", 0); err != nil {
				return err
			}
		}
		return nil
	}
	kind, code := what, 0
	if at := strings.LastIndexByte(what, '/'); at >= 0 {
		kind = what[:at]
		code, _ = strconv.Atoi(what[at+1:])
	}
	if kind == "elsewhere" {
		return c.elsewhere(ctx, code)
	}
	return c.one(ctx, c.connections[0], kind, code)
}

func (c *calls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	count, _ := strconv.Atoi(r.URL.Query().Get("n"))
	ctx := r.Context()
	if r.URL.Query().Get("background") != "" {
		ctx = context.Background()
	}
	err := c.call(ctx, strings.TrimPrefix(r.URL.Path, "/"), count)
	fmt.Fprintln(w, int(status.Code(err)), err)
}
