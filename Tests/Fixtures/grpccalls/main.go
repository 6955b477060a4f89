// Command grpccalls is both ends of gRPC's own health service: a unary method, Check, and one that streams to the client,
// Watch. Its libraries are found in a GOPATH.
//
//	grpccalls serve [http]            prints "listening ADDRESS" as its first line; with http, net/http has the connections
//	grpccalls call ADDRESS [COUNT]    calls Check COUNT times, then reads COUNT messages of Watch
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	health_v1 "google.golang.org/grpc/health/grpc_health_v1"
)

func serve(overHTTP bool) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	checks := health.NewServer()
	server := grpc.NewServer()
	health_v1.RegisterHealthServer(server, checks)
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
	if overHTTP {
		return (&http.Server{Handler: h2c.NewHandler(server, &http2.Server{})}).Serve(listener)
	}
	return server.Serve(listener)
}

func call(address string, count int) error {
	connection, err := grpc.Dial(address, grpc.WithInsecure())
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := health_v1.NewHealthClient(connection)
	for i := 0; i < count; i++ {
		reply, err := client.Check(ctx, &health_v1.HealthCheckRequest{})
		if err != nil {
			return err
		}
		fmt.Println("checked", reply.GetStatus())
	}
	stream, err := client.Watch(ctx, &health_v1.HealthCheckRequest{Service: "changing"})
	if err != nil {
		return err
	}
	for i := 0; i < count; i++ {
		reply, err := stream.Recv()
		if err != nil {
			return err
		}
		fmt.Println("watched", reply.GetStatus())
	}
	return stream.CloseSend()
}

func main() {
	log.SetFlags(0)
	var err error
	switch arguments := os.Args[1:]; {
	case len(arguments) > 0 && arguments[0] == "serve":
		err = serve(len(arguments) == 2 && arguments[1] == "http")
	case len(arguments) > 1 && arguments[0] == "call":
		count := 1
		if len(arguments) == 3 {
			count, err = strconv.Atoi(arguments[2])
		}
		if err == nil {
			err = call(arguments[1], count)
		}
	default:
		log.Fatal("usage: grpccalls serve [http] | call ADDRESS [COUNT]")
	}
	if err != nil {
		log.Fatal(err)
	}
}
