// Command propagation sends requests of all kinds, and shows what arrives byte by byte.
//
//	propagation receive           prints "listening ADDRESS", "listening tls ADDRESS", then each request as JSON
//	propagation send [...] URL    sends requests and prints each one's outcome
//	propagation relay [...] URL   prints "listening ADDRESS"; sends one request for each that it serves
//
// HTTP/2 is received, and sent without TLS, only with the tag gopath, as is gRPC.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: propagation receive | send [...] URL | relay [...] URL")
	}
	var err error
	if command := os.Args[1]; command == "receive" {
		err = receive()
	} else {
		var kind request
		flags := flag.NewFlagSet(command, flag.ExitOnError)
		kind.define(flags)
		flags.Parse(os.Args[2:])
		kind.url = flags.Arg(0)
		err = kind.prepare()
		switch {
		case err != nil:
		case command == "send":
			err = sendAll(&kind)
		case command == "relay":
			err = relay(&kind)
		default:
			err = fmt.Errorf("no command %s", command)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

// sendAll sends rounds of requests, those of one round at the same time.
func sendAll(kind *request) error {
	for round := 0; round < kind.count; round++ {
		var group sync.WaitGroup
		outcomes := make([]error, kind.parallel)
		for i := range outcomes {
			group.Add(1)
			go func(i int) {
				defer group.Done()
				outcomes[i] = kind.send(nil)
			}(i)
		}
		group.Wait()
		for _, outcome := range outcomes {
			if outcome != nil {
				return outcome
			}
			fmt.Println("sent")
		}
	}
	return nil
}

func relay(kind *request) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening %s\n", listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, incoming *http.Request) {
		if err := kind.send(incoming.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
		}
	}))
}
