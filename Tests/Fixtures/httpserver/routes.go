package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello\n") })
	mux.HandleFunc("/silent", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/status/", serveStatus)
	mux.HandleFunc("/error", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "broken", 500) })
	mux.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) { panic("before writing") })
	mux.HandleFunc("/panic-after-write", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "some")
		panic("after writing")
	})
	mux.HandleFunc("/abort", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/goexit", func(w http.ResponseWriter, r *http.Request) { runtime.Goexit() })
	mux.HandleFunc("/hijack", serveHijack)
	mux.HandleFunc("/hijack-panic", func(w http.ResponseWriter, r *http.Request) {
		serveHijack(w, r)
		panic("after hijacking")
	})
	mux.Handle("/timeout", http.TimeoutHandler(http.HandlerFunc(serveSlow), 50*time.Millisecond, "too slow"))
	mux.HandleFunc("/slow", serveSlow)
	mux.HandleFunc("/echo", serveEcho)
	mux.HandleFunc("/expect/", serveStatus)
	mux.HandleFunc("/headers", serveHeaders)
	mux.HandleFunc("/flush", serveFlush)
	mux.HandleFunc("/early-hints", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
	})
	mux.HandleFunc("/twice", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		w.WriteHeader(http.StatusInternalServerError)
	})
	mux.HandleFunc("/deep", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strconv.Itoa(int(descend(2000))))
	})
	mux.HandleFunc("/process", serveProcess)
	mux.HandleFunc("/exit/", func(w http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/exit/"))
		os.Exit(code)
	})
	registerPatterns(mux)
	return mux
}

// serveStatus answers /ANYTHING/NNN with status NNN, without touching the request's body.
func serveStatus(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(code)
}

// serveHijack takes the connection over, agrees to another protocol, says a few bytes in it, and closes.
func serveHijack(w http.ResponseWriter, r *http.Request) {
	connection, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer connection.Close()
	buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	buffered.WriteString("\x81\x02hi")
	buffered.Flush()
}

// serveSlow answers after ?ms= milliseconds, 300 unless told.
func serveSlow(w http.ResponseWriter, r *http.Request) {
	milliseconds, err := strconv.Atoi(r.URL.Query().Get("ms"))
	if err != nil {
		milliseconds = 300
	}
	time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	io.WriteString(w, "slow\n")
}

// serveEcho reads the body to its end and writes ?n= bytes.
func serveEcho(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	count, _ := strconv.Atoi(r.URL.Query().Get("n"))
	io.WriteString(w, strings.Repeat("x", count))
}

// serveHeaders answers with what the handler sees: how many names and values, and those of Trace Context, as JSON.
func serveHeaders(w http.ResponseWriter, r *http.Request) {
	values := 0
	for _, list := range r.Header {
		values += len(list)
	}
	json.NewEncoder(w).Encode(map[string]interface{}{
		"names": len(r.Header), "values": values,
		"traceparent": r.Header["Traceparent"], "tracestate": r.Header["Tracestate"],
	})
}

// serveProcess answers with what the process is, as JSON.
func serveProcess(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(map[string]interface{}{
		"pid": os.Getpid(), "uid": os.Getuid(), "gid": os.Getgid(), "arguments": os.Args,
	})
}

// serveFlush writes ?n= chunks and flushes after each.
func serveFlush(w http.ResponseWriter, r *http.Request) {
	count, _ := strconv.Atoi(r.URL.Query().Get("n"))
	for i := 0; i < count; i++ {
		io.WriteString(w, "chunk\n")
		w.(http.Flusher).Flush()
	}
}

// descend needs more stack than a goroutine has at first, so that the runtime moves the stack during a request.
//
//go:noinline
func descend(depth int) byte {
	var frame [512]byte
	if depth == 0 {
		return frame[0]
	}
	frame[depth%len(frame)] = byte(depth)
	return descend(depth-1) + frame[(depth+1)%len(frame)]
}
