package main

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
)

// Messages are bytes as they are: nothing here needs Protobuf.
type rawCodec struct{}

func (rawCodec) Name() string { return "raw" }

func (rawCodec) Marshal(value interface{}) ([]byte, error) { return *value.(*[]byte), nil }

func (rawCodec) Unmarshal(data []byte, value interface{}) error {
	*value.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func init() { encoding.RegisterCodec(rawCodec{}) }

func dial(address string) (*grpc.ClientConn, error) {
	return grpc.Dial(address, grpc.WithInsecure(), grpc.WithDefaultCallOptions(grpc.CallContentSubtype("raw")))
}

func serve(service *grpc.ServiceDesc) error {
	service.HandlerType = (*interface{})(nil)
	server := grpc.NewServer()
	server.RegisterService(service, nil)
	listener, err := listen()
	if err != nil {
		return err
	}
	return server.Serve(listener)
}
