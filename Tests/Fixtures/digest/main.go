// Command digest tells whether requests arrive as they were sent. Its libraries are found in a GOPATH.
//
//	digest receive FILE              servers of all kinds; appends a line to FILE for every request that has arrived
//	digest send SECONDS ADDRESS...   sends requests of all kinds to them for a time
//	digest ask ADDRESS...            sends requests as it is told by lines "KIND COUNT" on its standard input
//
// The receiver prints "listening ADDRESS..." as its first line: of HTTP/1, HTTP/1 over TLS, HTTP/2 over TLS, HTTP/2 without,
// gRPC, and gRPC over TLS. A line is "ID TRACEPARENTS DIGEST": the request's traceparent headers, with commas in between, or
// "-", and a digest of all the rest of it: of HTTP/1, the very bytes; of the others, what was in them. A request whose ID ends
// in "own" has a trace context of its own, which is in the digest, too. The same ID is the same request, each time.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"time"
)

// Kinds of requests, in the order of the addresses.
var kinds = []string{"http1", "http1tls", "http2tls", "http2", "grpc", "grpctls"}

func main() {
	log.SetFlags(0)
	err := fmt.Errorf("usage: digest receive FILE | send SECONDS ADDRESS... | ask ADDRESS...")
	switch arguments := os.Args[1:]; {
	case len(arguments) == 2 && arguments[0] == "receive":
		err = receive(arguments[1])
	case len(arguments) == 2+len(kinds) && arguments[0] == "send":
		var seconds int
		if seconds, err = strconv.Atoi(arguments[1]); err == nil {
			err = send(time.Duration(seconds)*time.Second, arguments[2:])
		}
	case len(arguments) == 1+len(kinds) && arguments[0] == "ask":
		err = ask(arguments[1:])
	}
	if err != nil {
		log.Fatal(err)
	}
}
