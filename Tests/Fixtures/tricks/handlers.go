package main

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"
)

var megabyte = strings.Repeat("0123456789abcdef", 1<<16)

func handlers() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })
	mux.HandleFunc("/silent", func(w http.ResponseWriter, r *http.Request) {})
	mux.HandleFunc("/panic-nil", func(w http.ResponseWriter, r *http.Request) { panic(nil) })
	mux.HandleFunc("/abort", func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/panic-after-write", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		w.(http.Flusher).Flush()
		panic("after writing")
	})
	mux.HandleFunc("/goexit", func(w http.ResponseWriter, r *http.Request) { runtime.Goexit() })
	mux.HandleFunc("/goexit-after-write", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "some")
		runtime.Goexit()
	})
	mux.HandleFunc("/hijack", hijack)
	mux.HandleFunc("/hijack-panic", func(w http.ResponseWriter, r *http.Request) {
		hijack(w, r)
		panic("after hijacking")
	})
	mux.HandleFunc("/hijack-goexit", func(w http.ResponseWriter, r *http.Request) {
		hijack(w, r)
		runtime.Goexit()
	})
	mux.Handle("/timeout", http.TimeoutHandler(http.HandlerFunc(sleep), 5*time.Millisecond, "too slow"))
	mux.Handle("/no-timeout", http.TimeoutHandler(http.HandlerFunc(sleep), time.Minute, "too slow"))
	mux.Handle("/timeout-panic", http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		panic("within a timeout")
	}), time.Minute, "too slow"))
	mux.HandleFunc("/events", events)
	mux.HandleFunc("/stuck", func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		select {}
	})
	mux.HandleFunc("/push", func(w http.ResponseWriter, r *http.Request) {
		if pusher, ok := w.(http.Pusher); ok {
			fmt.Fprint(w, pusher.Push("/ok?pushed", nil))
		}
	})
	mux.HandleFunc("/trailers", trailers)
	mux.HandleFunc("/read", func(w http.ResponseWriter, r *http.Request) {
		count, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, count, err)
	})
	mux.HandleFunc("/read-some", func(w http.ResponseWriter, r *http.Request) {
		io.ReadFull(r.Body, make([]byte, 100))
		io.WriteString(w, "enough")
	})
	mux.HandleFunc("/read-limited", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 1000)); err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		}
	})
	mux.HandleFunc("/refuse", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "not read", http.StatusUnauthorized)
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 4; i++ {
			if _, err := io.WriteString(w, megabyte); err != nil {
				return
			}
		}
	})
	// Until the client is gone.
	mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return mux
}

// sleep answers after some milliseconds.
func sleep(w http.ResponseWriter, r *http.Request) {
	time.Sleep(20 * time.Millisecond)
	io.WriteString(w, "slept")
}

// hijack takes the connection over, says goodbye, and closes it. HTTP/2 has none to take over.
func hijack(w http.ResponseWriter, r *http.Request) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		http.Error(w, "not HTTP/1", http.StatusInternalServerError)
		return
	}
	connection, buffered, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: goodbye\r\n\r\n")
	buffered.Flush()
}

// events sends server-sent events for as long as the client wants them.
func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		fmt.Fprint(w, "data: tick\n\n")
		w.(http.Flusher).Flush()
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}

// trailers answers with the trailer of the request in a trailer.
func trailers(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Trailer", "X-Sum")
	io.Copy(io.Discard, r.Body)
	io.WriteString(w, "see the trailer")
	w.Header().Set("X-Sum", r.Trailer.Get("X-Sum"))
}
