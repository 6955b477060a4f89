// Command grpccalls is both ends of gRPC services: its own health service, with a unary method, Check, and one that
// streams to the client, Watch; and nodespan.test.Calls, with a method of every kind (calls.go). Its libraries are found
// in a GOPATH.
//
//	grpccalls serve [OPTION...]                     prints "listening ADDRESS" as its first line
//	grpccalls call ADDRESS [COUNT]                  calls Check COUNT times, then reads COUNT messages of Watch
//	grpccalls ask ADDRESS [OPTION...] METHOD [WORDS]  makes one call, and prints the code of its status
//	grpccalls drive ADDRESS [OPTION...]             makes many calls at once, each with a parent of its own
//
// Options are words like "http" or "workers=4": see serveOptions and callOptions.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	health_v1 "google.golang.org/grpc/health/grpc_health_v1"
)

// options are the words in front of a command's own arguments, by what is in front of their "=".
type options map[string]string

// take removes the leading words that are among the known ones.
func take(words []string, known string) (options, []string) {
	found := options{}
	for len(words) > 0 {
		name, value := words[0], ""
		if at := strings.IndexByte(name, '='); at >= 0 {
			name, value = name[:at], name[at+1:]
		}
		if !strings.Contains(" "+known+" ", " "+name+" ") {
			break
		}
		found[name] = value
		words = words[1:]
	}
	return found, words
}

func (o options) has(name string) bool {
	_, ok := o[name]
	return ok
}

// number is the value of an option, or a default.
func (o options) number(name string, otherwise int) int {
	if value, err := strconv.Atoi(o[name]); err == nil {
		return value
	}
	return otherwise
}

// duration is the value of an option, or 0.
func (o options) duration(name string) time.Duration {
	value, _ := time.ParseDuration(o[name])
	return value
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

func run(words []string) error {
	if len(words) > 0 && words[0] == "serve" {
		return serve(words[1:])
	}
	if len(words) > 1 {
		switch words[0] {
		case "call":
			count := 1
			if len(words) == 3 {
				var err error
				if count, err = strconv.Atoi(words[2]); err != nil {
					return err
				}
			}
			return call(words[1], count)
		case "ask":
			return ask(words[1], words[2:])
		case "drive":
			return drive(words[1], words[2:])
		}
	}
	return fmt.Errorf("usage: grpccalls serve | call ADDRESS [COUNT] | ask ADDRESS METHOD [WORDS] | drive ADDRESS")
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
