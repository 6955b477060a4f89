// Command callload is both ends of requests at full speed, by HTTP/1, by HTTP/2 over TLS, and by unary gRPC calls of messages
// that are bytes. Its libraries are found in a GOPATH.
//
//	callload serve               prints "listening HTTP1 HTTP2 GRPC", three addresses, as its first line
//	callload call KIND ADDRESS   prints "ready"; from a SIGUSR1 to a SIGUSR2 it makes requests of the KIND, which is http1,
//	                             http2 or grpc, from 16 goroutines, then prints how many
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
)

const workers = 16

// load makes requests until it is told to stop, and returns how many.
func load(request func() error, stop <-chan os.Signal) int64 {
	var made, stopping int64
	var running sync.WaitGroup
	for i := 0; i < workers; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for atomic.LoadInt64(&stopping) == 0 {
				if err := request(); err != nil {
					log.Fatal(err)
				}
				atomic.AddInt64(&made, 1)
			}
		}()
	}
	<-stop
	atomic.StoreInt64(&stopping, 1)
	running.Wait()
	return made
}

func call(kind, address string) error {
	request, err := requester(kind, address)
	if err != nil {
		return err
	}
	start, stop := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(start, syscall.SIGUSR1)
	signal.Notify(stop, syscall.SIGUSR2)
	fmt.Println("ready")
	for range start {
		fmt.Println(load(request, stop))
	}
	return nil
}

func main() {
	log.SetFlags(0)
	err := fmt.Errorf("usage: callload serve | call KIND ADDRESS")
	switch arguments := os.Args[1:]; {
	case len(arguments) == 1 && arguments[0] == "serve":
		err = serve()
	case len(arguments) == 3 && arguments[0] == "call":
		err = call(arguments[1], arguments[2])
	}
	if err != nil {
		log.Fatal(err)
	}
}
