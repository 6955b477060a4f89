package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const answer = "hello"

// raw is a codec for messages that are bytes.
type raw struct{}

func (raw) Name() string { return "raw" }

func (raw) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

func (raw) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

// serve answers requests of every kind at once.
func serve() error {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) })
	clear, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	secure.EnableHTTP2 = true
	secure.StartTLS()
	calls, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("listening", clear.Listener.Addr(), secure.Listener.Addr(), calls.Addr())

	echo := func(
		_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor,
	) (any, error) {
		var request []byte
		err := decode(&request)
		return &request, err
	}
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "callload.Calls", Methods: []grpc.MethodDesc{{MethodName: "Echo", Handler: echo}},
	}, nil)
	return server.Serve(calls)
}

// requester returns what makes one request and checks the answer.
func requester(kind, address string) (func() error, error) {
	switch kind {
	case "http1":
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
		return func() error { return get(client, "http://"+address) }, nil
	case "http2":
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
		}}
		return func() error { return get(client, "https://"+address) }, nil
	case "grpc":
		connection, err := grpc.NewClient(
			address, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
		return func() error { return echo(connection) }, err
	}
	return nil, fmt.Errorf("no kind %q", kind)
}

func get(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && string(body) != answer {
		err = fmt.Errorf("the answer is %q", body)
	}
	return err
}

func echo(connection *grpc.ClientConn) error {
	request, reply := []byte(answer), []byte(nil)
	err := connection.Invoke(context.Background(), "/callload.Calls/Echo", &request, &reply)
	if err == nil && string(reply) != answer {
		err = fmt.Errorf("the reply is %q", reply)
	}
	return err
}
