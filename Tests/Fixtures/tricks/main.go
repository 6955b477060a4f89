// Command tricks is an HTTP server whose handlers and clients do everything at once that ends a request in an unusual
// way, and the clients. Without arguments it serves, and prints "listening PLAIN SECURE" as its first line. With
// -load PLAIN,SECURE it is the clients of such a server, and prints what they sent.
package main

import (
	"flag"
	"log"
	"strings"
	"time"
)

func main() {
	load := flag.String("load", "", "addresses of a server, PLAIN,SECURE, to put load on")
	duration := flag.Duration("for", 5*time.Second, "how long to put load on it")
	idle := flag.Int("idle", 0, "connections that send one request and stay open meanwhile")
	flag.Parse()

	if *load == "" {
		serve()
		return
	}
	addresses := strings.Split(*load, ",")
	if len(addresses) != 2 {
		log.Fatalf("-load %s: not two addresses", *load)
	}
	newClients(addresses[0], addresses[1]).run(*duration, *idle)
}
