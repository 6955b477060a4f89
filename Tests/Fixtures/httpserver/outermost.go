package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// outermost is the server's handler. It counts requests, sends /middleware/... through middleware, and everything else
// to the mux with the server's own request.
type outermost struct {
	next       http.Handler
	middleware map[string]http.Handler

	mutex  sync.Mutex
	counts map[string]int
}

func newOutermost(mux http.Handler) *outermost {
	return &outermost{next: mux, middleware: middleware(mux), counts: map[string]int{}}
}

func (o *outermost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/stats" {
		o.serveStats(w)
		return
	}
	parts := strings.SplitN(r.URL.Path, "/", 4)
	o.mutex.Lock()
	if len(parts) > 1 {
		o.counts["/"+parts[1]]++
	}
	o.mutex.Unlock()
	if len(parts) == 4 && parts[1] == "middleware" {
		if handler, ok := o.middleware[parts[2]]; ok {
			handler.ServeHTTP(w, r)
			return
		}
	}
	o.next.ServeHTTP(w, r)
}

// serveStats answers with the number of requests that reached the server, by first path element, as JSON. /stats itself
// isn't counted.
func (o *outermost) serveStats(w http.ResponseWriter) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(o.counts)
}
