// Command replaceable is a Go HTTP/1 server that executes another program in its place when it is asked for /exec: the
// one that its arguments name by its path. It prints "listening ADDRESS" as its first line, and "signal NAME" for every
// SIGINT, SIGTERM and SIGUSR1 that it gets. A SIGHUP ends it.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGUSR1)
	go func() {
		for received := range signals {
			fmt.Printf("signal %s\n", received)
		}
	}()
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello\n") })
	http.HandleFunc("/exec", func(w http.ResponseWriter, r *http.Request) {
		log.Fatal(syscall.Exec(os.Args[1], os.Args[1:], os.Environ()))
	})
	fmt.Printf("listening %s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
