// Command parents is a Go HTTP server whose handlers call another server in every way that a Go program has: with the
// request's context, with one derived from it, with none; in the handler's goroutine, in others. Each call says in its
// query whose it is: "id" is the id in the query of the request that it was made for, "want" how it belongs to it. It
// prints "listening ADDRESS" as its first line. With -load, it is a client instead that asks such a server.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

func main() {
	secure := flag.Bool("http2", false, "serve HTTP/2 over TLS")
	background := flag.Duration("background", 0, "how often a goroutine calls that belongs to no request")
	load := flag.String("load", "", "the base of URLs to send requests to, instead of serving")
	cases := flag.String("cases", "", "with -load, the paths, separated by commas")
	requests := flag.Int("requests", 1, "with -load, how many requests to send on each connection")
	connections := flag.Int("connections", 1, "with -load, how many connections to use")
	flag.Parse()

	if *load != "" {
		sendLoad(*load, *cases, *requests, *connections)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	backend, err := startBackend()
	if err != nil {
		log.Fatal(err)
	}
	caller := newCaller(backend)
	server := &http.Server{Handler: routes(caller), ErrorLog: log.New(io.Discard, "", 0)}
	if *secure {
		certificate, err := selfSigned()
		if err != nil {
			log.Fatal(err)
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	if *background > 0 {
		go func() {
			for range time.Tick(*background) {
				caller.call(nil, "0", "root")
			}
		}()
	}
	fmt.Printf("listening %s\n", listener.Addr())
	if *secure {
		log.Fatal(server.ServeTLS(listener, "", ""))
	}
	log.Fatal(server.Serve(listener))
}
