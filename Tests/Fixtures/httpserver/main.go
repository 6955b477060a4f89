// Command httpserver is a Go HTTP server whose routes end in every way that a handler can. It prints
// "listening ADDRESS" as its first line.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	address := flag.String("addr", "127.0.0.1:0", "where to listen")
	secure := flag.Bool("tls", false, "serve TLS with a certificate made at the start")
	http2 := flag.Bool("http2", false, "with -tls, serve HTTP/2 too")
	first := flag.String("first", "", "a target that the server requests of itself before it says that it listens")
	after := flag.Duration("after", 0, "how long it does something else before it listens")
	flag.Parse()
	time.Sleep(*after)

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{
		Handler:  newOutermost(routes()),
		ErrorLog: log.New(io.Discard, "", 0),
	}
	if !*http2 {
		// Not nil and empty: no HTTP/2.
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	raiseHeaderLimit(server)
	if *secure {
		certificate, err := selfSigned()
		if err != nil {
			log.Fatal(err)
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	go func() {
		if *first != "" {
			if _, err := http.Get("http://" + listener.Addr().String() + *first); err != nil {
				log.Fatal(err)
			}
		}
		fmt.Fprintf(os.Stdout, "listening %s\n", listener.Addr())
	}()
	if *secure {
		log.Fatal(server.ServeTLS(listener, "", ""))
	}
	log.Fatal(server.Serve(listener))
}
