// Command grpcclient is both ends of gRPC calls, of messages that are bytes. Its libraries are found in a GOPATH.
//
//	grpcclient serve             serves every method there is: see serve.go
//	grpcclient call ADDRESS      an HTTP front end that makes calls to that server: see calls.go
//
// Both print "listening ADDRESS" as their first line.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	log.SetFlags(0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr())
	switch arguments := os.Args[1:]; {
	case len(arguments) == 1 && arguments[0] == "serve":
		err = serve(listener)
	case len(arguments) == 2 && arguments[0] == "call":
		var calls *calls
		if calls, err = dial(arguments[1]); err == nil {
			err = http.Serve(listener, calls)
		}
	default:
		log.Fatal("usage: grpcclient serve | call ADDRESS")
	}
	log.Fatal(err)
}
