package main

import (
	"context"
	"io"
	"strconv"

	"google.golang.org/grpc"
)

// serveUnary answers Call0 to Call63 with what the streaming service answered, and Idle at once.
func serveUnary(next string) error {
	connection, err := dial(next)
	if err != nil {
		return err
	}
	handle := func(
		_ interface{}, ctx context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor,
	) (interface{}, error) {
		var request []byte
		if err := decode(&request); err != nil {
			return nil, err
		}
		id := string(request)
		text, err := onward(ctx, id, func(ctx context.Context) (string, error) { return talk(ctx, connection, id) })
		reply := []byte("unary " + text)
		return &reply, err
	}
	idle := func(
		_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor,
	) (interface{}, error) {
		var request []byte
		err := decode(&request)
		return &request, err
	}
	service := &grpc.ServiceDesc{ServiceName: "chain.Unary", Methods: []grpc.MethodDesc{{MethodName: "Idle", Handler: idle}}}
	for i := 0; i < 64; i++ {
		service.Methods = append(service.Methods, grpc.MethodDesc{MethodName: "Call" + strconv.Itoa(i), Handler: handle})
	}
	return serve(service)
}

// talk sends an ID in every message of a stream, and reads the answers until the stream ends.
func talk(ctx context.Context, connection *grpc.ClientConn, id string) (string, error) {
	name, err := method("/chain.Stream/Talk", id)
	if err != nil {
		return "", err
	}
	stream, err := connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, name)
	if err != nil {
		return "", err
	}
	for i := 0; i < messages; i++ {
		request := []byte(id)
		if err := stream.SendMsg(&request); err != nil {
			return "", err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return "", err
	}
	text := ""
	for {
		var reply []byte
		err := stream.RecvMsg(&reply)
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return "", err
		}
		text += string(reply)
	}
}
