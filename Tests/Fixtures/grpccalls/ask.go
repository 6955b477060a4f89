package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// tls; authority=NAME; traceparent=, tracestate=: sent as metadata; entries=N: that many more; timeout=DURATION;
// cancel=DURATION: when the client gives up; messages=N: of those that stream; gzip; connections=N, callers=N, calls=N:
// of drive, the last for each caller.
const callOptions = "tls authority traceparent tracestate entries timeout cancel messages gzip connections callers calls"

func dial(address string, chosen options) (*grpc.ClientConn, error) {
	security := grpc.WithInsecure()
	if chosen.has("tls") {
		security = grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}))
	}
	settings := []grpc.DialOption{security}
	if chosen.has("authority") {
		settings = append(settings, grpc.WithAuthority(chosen["authority"]))
	}
	if chosen.has("gzip") {
		settings = append(settings, grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name)))
	}
	return grpc.Dial(address, settings...)
}

// exchange makes one call of a method, by its full name, and returns when its status is known.
func exchange(ctx context.Context, connection *grpc.ClientConn, method, text string, messages int) error {
	for _, stream := range streams {
		if !strings.HasSuffix(method, "/"+stream.StreamName) {
			continue
		}
		opened := stream
		call, err := connection.NewStream(ctx, &opened, method)
		if err != nil {
			return err
		}
		if !stream.ClientStreams {
			messages = 1
		}
		for i := 0; i < messages; i++ {
			if err := call.SendMsg(&message{Service: text}); err != nil && err != io.EOF {
				return err
			}
			if stream.ClientStreams && stream.ServerStreams {
				if err := call.RecvMsg(new(message)); err != nil {
					return err
				}
			}
		}
		if err := call.CloseSend(); err != nil {
			return err
		}
		for {
			if err := call.RecvMsg(new(message)); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			if !stream.ServerStreams {
				return nil
			}
		}
	}
	return connection.Invoke(ctx, method, &message{Service: text}, new(message))
}

func ask(address string, words []string) error {
	chosen, rest := take(words, callOptions)
	if len(rest) == 0 {
		return fmt.Errorf("ask: which method?")
	}
	connection, err := dial(address, chosen)
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if chosen.has("timeout") {
		ctx, cancel = context.WithTimeout(ctx, chosen.duration("timeout"))
		defer cancel()
	}
	if chosen.has("cancel") {
		time.AfterFunc(chosen.duration("cancel"), cancel)
	}
	for _, name := range []string{"traceparent", "tracestate"} {
		if chosen.has(name) {
			ctx = metadata.AppendToOutgoingContext(ctx, name, chosen[name])
		}
	}
	for i := 0; i < chosen.number("entries", 0); i++ {
		ctx = metadata.AppendToOutgoingContext(ctx, fmt.Sprintf("entry-%d", i), strings.Repeat("v", 50))
	}
	err = exchange(ctx, connection, rest[0], strings.Join(rest[1:], " "), chosen.number("messages", 3))
	fmt.Println(int(status.Code(err)))
	return nil
}

func drive(address string, words []string) error {
	chosen, rest := take(words, callOptions)
	if len(rest) > 0 {
		return fmt.Errorf("drive: %s?", strings.Join(rest, " "))
	}
	var connections []*grpc.ClientConn
	for i := 0; i < chosen.number("connections", 1); i++ {
		connection, err := dial(address, chosen)
		if err != nil {
			return err
		}
		defer connection.Close()
		connections = append(connections, connection)
	}
	methods := []string{"Say", "Collect", "Repeat", "Chat"}
	callers, calls := chosen.number("callers", 1), chosen.number("calls", 1)
	var done sync.WaitGroup
	for caller := 0; caller < callers; caller++ {
		done.Add(1)
		go func(caller int) {
			defer done.Done()
			random := rand.New(rand.NewSource(int64(caller)))
			for i := 0; i < calls; i++ {
				id := caller*calls + i + 1
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				ctx = metadata.AppendToOutgoingContext(ctx, "traceparent", fmt.Sprintf("00-%032x-%016x-01", id, id))
				method := "/nodespan.test.Calls/" + methods[random.Intn(len(methods))]
				text := fmt.Sprintf("sleep=%dus code=%d", random.Intn(2000), random.Intn(17))
				exchange(ctx, connections[id%len(connections)], method, text, 3)
				cancel()
			}
		}(caller)
	}
	done.Wait()
	fmt.Println("called", callers*calls)
	return nil
}
