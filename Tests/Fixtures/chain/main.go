// Command chain is four services that call each other, and what calls the first of them. Its libraries are found in a
// GOPATH, so that each can be built with releases of its own.
//
//	chain http2 [clear]         an HTTP/2 server, over TLS or without
//	chain stream URL            a gRPC server; for every call of its streaming methods it requests URL/ID by HTTP/2
//	chain unary ADDRESS         a gRPC server; for every call of its unary methods it calls a streaming one at ADDRESS
//	chain front ADDRESS         an HTTP/1 server; for every request it calls a unary method at ADDRESS
//	chain load URL COUNT        requests URL/ID for every ID below COUNT, up to 64 at a time, and checks what comes back
//
// A service prints "listening ADDRESS" as its first line. Requests that are underway at one time differ in ID % 64, which is
// in the names of the gRPC methods.
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
)

func listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Fprintf(os.Stdout, "listening %s\n", listener.Addr())
	}
	return listener, err
}

func run(arguments []string) error {
	command := ""
	if len(arguments) > 0 {
		command = arguments[0]
	}
	switch {
	case command == "http2" && len(arguments) == 1:
		return serveHTTP2(false)
	case command == "http2" && len(arguments) == 2 && arguments[1] == "clear":
		return serveHTTP2(true)
	case command == "stream" && len(arguments) == 2:
		return serveStream(arguments[1])
	case command == "unary" && len(arguments) == 2:
		return serveUnary(arguments[1])
	case command == "front" && len(arguments) == 2:
		return serveFront(arguments[1])
	case command == "load" && len(arguments) == 3:
		count, err := strconv.Atoi(arguments[2])
		if err != nil {
			return err
		}
		return load(arguments[1], count)
	}
	return fmt.Errorf("usage: chain http2 [clear] | stream URL | unary ADDRESS | front ADDRESS | load URL COUNT")
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
