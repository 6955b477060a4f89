package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// counting counts the requests that reach it.
type counting struct {
	next    http.Handler
	reached int64
}

// ServeHTTP answers /reached with the number of requests so far, that one included.
func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	reached := atomic.AddInt64(&c.reached, 1)
	if r.URL.Path == "/reached" {
		fmt.Fprint(w, reached)
		return
	}
	c.next.ServeHTTP(w, r)
}

// serve serves HTTP/1 and, as far as the build has it, HTTP/2, on one port without TLS and on one with it, until SIGTERM.
func serve() {
	handler := &counting{next: handlers()}
	silent := log.New(io.Discard, "", 0)

	plainListener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	plain := &http.Server{Handler: handler, ErrorLog: silent}
	serveUnencryptedHTTP2(plain)
	go plain.Serve(plainListener)

	// For its certificate.
	secure := httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = silent
	secure.EnableHTTP2 = true
	configureHTTP2(secure.Config)
	secure.StartTLS()
	fmt.Fprintf(os.Stdout, "listening %s %s\n", plainListener.Addr(), secure.Listener.Addr())

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	<-ended
	// Event streams outlast any patience, but end with their connections.
	patience, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	for _, server := range []*http.Server{plain, secure.Config} {
		if server.Shutdown(patience) != nil {
			server.Close()
		}
	}
	time.Sleep(200 * time.Millisecond)
}
