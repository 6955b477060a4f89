package main

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	health_v1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// message is what all methods take and give: one with a text.
type message = health_v1.HealthCheckRequest

// calls serves nodespan.test.Calls. The text of the first message says what the method is to do, in words separated by
// blanks: "code=N" for the status, "sleep=DURATION" before it, "wait" until the client has gone, "panic", "goexit",
// "elsewhere" to send from a goroutine of its own a message that is too large, "get=URL" to send a request there first.
type calls struct{}

// largestMessage is what the server sends at most, in bytes.
const largestMessage = 64 << 10

func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func obey(ctx context.Context, text string) error {
	for _, word := range strings.Fields(text) {
		switch {
		case word == "panic":
			panic("as told")
		case word == "goexit":
			runtime.Goexit()
		case word == "wait":
			<-ctx.Done()
			return status.FromContextError(ctx.Err()).Err()
		case strings.HasPrefix(word, "get="):
			if err := get(ctx, word[len("get="):]); err != nil {
				return err
			}
		case strings.HasPrefix(word, "sleep="):
			duration, err := time.ParseDuration(word[len("sleep="):])
			if err != nil {
				return err
			}
			time.Sleep(duration)
		case strings.HasPrefix(word, "code="):
			code, err := strconv.Atoi(word[len("code="):])
			if err != nil {
				return err
			}
			if code != 0 {
				return status.Error(codes.Code(code), "as told")
			}
		}
	}
	return nil
}

// say is the unary method.
func say(
	server interface{}, ctx context.Context, decode func(interface{}) error, interceptor grpc.UnaryServerInterceptor,
) (interface{}, error) {
	request := new(message)
	if err := decode(request); err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, request interface{}) (interface{}, error) {
		return request, obey(ctx, request.(*message).Service)
	}
	info := &grpc.UnaryServerInfo{Server: server, FullMethod: "/nodespan.test.Calls/Say"}
	return interceptor(ctx, request, info, handler)
}

// collect takes all messages, then sends one.
func collect(server interface{}, stream grpc.ServerStream) error {
	first, last := "", new(message)
	for count := 0; ; count++ {
		received := new(message)
		err := stream.RecvMsg(received)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if last = received; count == 0 {
			first = received.Service
		}
	}
	if err := obey(stream.Context(), first); err != nil {
		return err
	}
	return stream.SendMsg(last)
}

// repeat takes one message, then sends it three times.
func repeat(server interface{}, stream grpc.ServerStream) error {
	request := new(message)
	if err := stream.RecvMsg(request); err != nil {
		return err
	}
	for i := 0; i < 3; i++ {
		if err := stream.SendMsg(request); err != nil {
			return err
		}
	}
	if strings.Contains(request.Service, "elsewhere") {
		var sent sync.WaitGroup
		sent.Add(1)
		go func() {
			defer sent.Done()
			stream.SendMsg(&message{Service: strings.Repeat("m", largestMessage+1)})
		}()
		sent.Wait()
		return nil
	}
	return obey(stream.Context(), request.Service)
}

// chat answers each message with the same.
func chat(server interface{}, stream grpc.ServerStream) error {
	for count := 0; ; count++ {
		received := new(message)
		err := stream.RecvMsg(received)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := obey(stream.Context(), received.Service); err != nil {
			return err
		}
		if err := stream.SendMsg(received); err != nil {
			return err
		}
	}
}

var streams = []grpc.StreamDesc{
	{StreamName: "Collect", Handler: collect, ClientStreams: true},
	{StreamName: "Repeat", Handler: repeat, ServerStreams: true},
	{StreamName: "Chat", Handler: chat, ClientStreams: true, ServerStreams: true},
}

var callsService = grpc.ServiceDesc{
	ServiceName: "nodespan.test.Calls",
	HandlerType: (*interface{})(nil),
	Methods:     []grpc.MethodDesc{{MethodName: "Say", Handler: say}},
	Streams:     streams,
}
