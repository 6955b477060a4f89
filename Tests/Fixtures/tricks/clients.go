package main

import (
	"crypto/tls"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// tally is what clients know of the requests they sent.
type tally struct {
	// Sent is how many requests a handler can have seen.
	Sent int64 `json:"sent"`
	// Answered is how many of those were answered, so that a handler has seen them.
	Answered int64 `json:"answered"`
	// Unhandled is how many were answered by the server itself although no handler of the program has seen them, and
	// still count as requests: OPTIONS *, and Expect headers that it doesn't know.
	Unhandled int64 `json:"unhandled"`
}

// clients put load on a server, each in its own way.
type clients struct {
	plain, secure string
	tally
}

func newClients(plain, secure string) *clients { return &clients{plain: plain, secure: secure} }

// trick is one way to use a server once.
type trick func()

// run uses the server in all ways at the same time until the duration is over, and prints the tally as JSON.
func (c *clients) run(duration time.Duration, idle int) {
	connections := make([]net.Conn, idle)
	for i := range connections {
		connections[i] = c.openIdle()
	}
	tricks := append(c.rawTricks(), c.clientTricks()...)
	deadline := time.Now().Add(duration)
	var running sync.WaitGroup
	for _, do := range tricks {
		running.Add(1)
		go func(do trick) {
			defer running.Done()
			for {
				do()
				if time.Now().After(deadline) {
					return
				}
				// Many ways at a time matter more here than many requests.
				time.Sleep(5 * time.Millisecond)
			}
		}(do)
	}
	running.Wait()
	for _, connection := range connections {
		connection.Close()
	}
	json.NewEncoder(os.Stdout).Encode(&c.tally)
}

func (c *clients) sent(count int64)     { atomic.AddInt64(&c.Sent, count) }
func (c *clients) answered(count int64) { atomic.AddInt64(&c.Answered, count) }
func (c *clients) unhandled()           { atomic.AddInt64(&c.Unhandled, 1) }

// openIdle opens a connection that has had a request and is kept alive.
func (c *clients) openIdle() net.Conn {
	connection := c.dial()
	connection.exchange("GET /ok HTTP/1.1\r\nHost: tricks\r\n\r\n", 1)
	return connection.Conn
}

func (c *clients) dial() *rawConnection {
	connection, err := net.Dial("tcp", c.plain)
	if err != nil {
		log.Fatal(err)
	}
	return newRawConnection(connection, c)
}

// insecure takes any certificate.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

func newHTTP1Transport() http.RoundTripper {
	return &http.Transport{
		TLSClientConfig:     insecure(),
		MaxIdleConnsPerHost: 100,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}
