package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// recorder keeps what has been read from a connection since it was taken last.
type recorder struct {
	net.Conn
	mutex sync.Mutex
	bytes []byte
}

func (recorder *recorder) Read(buffer []byte) (int, error) {
	count, err := recorder.Conn.Read(buffer)
	recorder.mutex.Lock()
	recorder.bytes = append(recorder.bytes, buffer[:count]...)
	recorder.mutex.Unlock()
	return count, err
}

func (recorder *recorder) take() []byte {
	recorder.mutex.Lock()
	defer recorder.mutex.Unlock()
	taken := recorder.bytes
	recorder.bytes = nil
	return taken
}

type recordingListener struct{ net.Listener }

func (listener recordingListener) Accept() (net.Conn, error) {
	connection, err := listener.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &recorder{Conn: connection}, nil
}

type recorderKey struct{}

// serveBytes reports the bytes of HTTP/1 requests. The next one comes only after the answer.
func serveBytes(listener net.Listener, report report) error {
	server := &http.Server{
		ConnContext: func(ctx context.Context, connection net.Conn) context.Context {
			return context.WithValue(ctx, recorderKey{}, connection)
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			id := strings.TrimPrefix(r.URL.Path, "/")
			received := r.Context().Value(recorderKey{}).(*recorder).take()
			rest, traceparents := withoutContext(received, strings.HasSuffix(id, "own"))
			report(id, traceparents, digest(rest))
		}),
	}
	return server.Serve(recordingListener{listener})
}

// withoutContext takes the lines of a trace context out of a request's headers, unless it is the request's own.
func withoutContext(request []byte, hasOwn bool) ([]byte, []string) {
	var rest []byte
	var traceparents []string
	lines := bytes.SplitAfter(request, []byte("\r\n"))
	for i, line := range lines {
		if len(line) == 2 {
			return append(rest, bytes.Join(lines[i:], nil)...), traceparents
		}
		name, value := string(line), ""
		if at := bytes.IndexByte(line, ':'); at >= 0 {
			name, value = strings.ToLower(string(line[:at])), strings.TrimSpace(string(line[at+1:]))
		}
		if name == "traceparent" {
			traceparents = append(traceparents, value)
		}
		if hasOwn || name != "traceparent" && name != "tracestate" {
			rest = append(rest, line...)
		}
	}
	return rest, traceparents
}
