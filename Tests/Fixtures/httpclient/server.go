package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// serve answers what shows the ways in which a client's request can go. It prints "listening ADDRESS" first.
func serve() {
	mux := http.NewServeMux()
	mux.HandleFunc("/status/", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(last(r)) })
	// /redirect/N leads to /status/200 by way of N others.
	mux.HandleFunc("/redirect/", func(w http.ResponseWriter, r *http.Request) {
		target := "/status/200"
		if n := last(r); n > 1 {
			target = fmt.Sprintf("/redirect/%d", n-1)
		}
		http.Redirect(w, r, target, http.StatusFound)
	})
	mux.HandleFunc("/busy", func() http.HandlerFunc {
		answered := false
		return func(w http.ResponseWriter, r *http.Request) {
			if !answered {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			answered = true
		}
	}())
	mux.HandleFunc("/stuck", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	// Closes the connection instead of answering.
	mux.HandleFunc("/hang-up", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/size/", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, strings.Repeat("x", last(r)))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

func last(r *http.Request) int {
	n, _ := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	return n
}
