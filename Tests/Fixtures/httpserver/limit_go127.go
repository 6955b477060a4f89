//go:build go1.27

package main

import "net/http"

// raiseHeaderLimit lets requests with thousands of headers in, as earlier releases do: the default is 500 values.
func raiseHeaderLimit(server *http.Server) { server.MaxHeaderValueCount = 10000 }
