//go:build go1.22

// The module's go line is older than the mux's patterns, which would switch them off.
//
//go:debug httpmuxgo121=0
package main

import (
	"io"
	"net/http"
)

func registerPatterns(mux *http.ServeMux) {
	mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.PathValue("id"))
	})
	mux.HandleFunc("shop.example/orders/{id}/{rest...}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.PathValue("rest"))
	})
}
