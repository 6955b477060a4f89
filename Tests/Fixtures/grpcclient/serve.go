package main

import (
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// answer serves every method. What it does is in the method's name: a word, and the status code to end with.
//
//	Send    one message when all are received, unless the status is an error
//	Echo    each message back as it came, then the status
//	Many    one message, the same three times back, then the status
//	Slow    nothing, until some time after it is cancelled
//	Flaky   unavailable at the first and second attempt, then one message, the same back
//	Shows   the first message back, the traceparents received in its place
func answer(_ interface{}, stream grpc.ServerStream) error {
	name, _ := grpc.MethodFromServerStream(stream)
	name = name[strings.LastIndexByte(name, '/')+1:]
	word := strings.TrimRight(name, "0123456789")
	code, _ := strconv.Atoi(name[len(word):])
	md, _ := metadata.FromIncomingContext(stream.Context())
	switch word {
	case "Slow":
		// Not the first to say that it is over.
		<-stream.Context().Done()
		time.Sleep(time.Second)
	case "Flaky":
		if len(md.Get("grpc-previous-rpc-attempts")) == 0 || md.Get("grpc-previous-rpc-attempts")[0] == "1" {
			return status.Error(codes.Unavailable, "not yet")
		}
	}
	for {
		var message []byte
		if err := stream.RecvMsg(&message); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		count := 1
		switch word {
		case "Send":
			count = 0
		case "Many":
			count = 3
		case "Shows":
			message = []byte(strings.Join(md.Get("traceparent"), ","))
		}
		for i := 0; i < count && (code == 0 || word == "Many"); i++ {
			if err := stream.SendMsg(message); err != nil {
				return err
			}
		}
	}
	if code == 0 && word == "Send" {
		return stream.SendMsg([]byte("all"))
	}
	if code == 0 {
		return nil
	}
	return status.Error(codes.Code(code), "as asked for")
}

func serve(listener net.Listener) error {
	return grpc.NewServer(grpc.UnknownServiceHandler(answer)).Serve(listener)
}
