//go:build gopath

package main

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	health_v1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
)

func init() {
	dialGRPC = func(kind *request, address string) (func(context.Context) error, error) {
		options := []grpc.DialOption{grpc.WithInsecure()}
		if kind.buffer >= 0 {
			options = append(options, grpc.WithWriteBufferSize(kind.buffer))
		}
		connection, err := grpc.Dial(address, options...)
		if err != nil {
			return nil, err
		}
		client := health_v1.NewHealthClient(connection)
		return func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			for _, pair := range kind.pairs() {
				ctx = metadata.AppendToOutgoingContext(ctx, pair[0], pair[1])
			}
			if !kind.streams {
				_, err := client.Check(ctx, &health_v1.HealthCheckRequest{})
				return err
			}
			stream, err := client.Watch(ctx, &health_v1.HealthCheckRequest{})
			for err == nil {
				_, err = stream.Recv()
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}, nil
	}
}
