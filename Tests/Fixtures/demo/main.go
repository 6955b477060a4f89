// Command demo is a small shop, an ordinary net/http service: what `make demo` builds, strips and traces.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"net"
	"net/http"
	"strings"
	"time"
)

var stock = map[string]int{"tea": 12, "coffee": 3, "cocoa": 0}

func items(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/items/")
	count, found := stock[name]
	time.Sleep(time.Duration(rand.Intn(3000)) * time.Microsecond)
	if !found {
		http.Error(w, "no such item", http.StatusNotFound)
		return
	}
	json.NewEncoder(w).Encode(map[string]int{name: count})
}

func checkout(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	time.Sleep(time.Duration(5+rand.Intn(40)) * time.Millisecond)
	if r.URL.Query().Get("item") == "cocoa" {
		panic("sold out")
	}
	w.WriteHeader(http.StatusCreated)
}

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	log.SetFlags(0)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "welcome") })
	http.HandleFunc("/items/", items)
	http.HandleFunc("/checkout", checkout)
	http.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "the printer is out of paper", http.StatusServiceUnavailable)
	})
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
