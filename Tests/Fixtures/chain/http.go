package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
	"google.golang.org/grpc"
)

// serveHTTP2 answers with the ID at the end of the path.
func serveHTTP2(clearText bool) error {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", strings.ToLower(r.Proto), r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	})
	if clearText {
		listener, err := listen()
		if err != nil {
			return err
		}
		return (&http.Server{Handler: h2c.NewHandler(handler, &http2.Server{})}).Serve(listener)
	}
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	fmt.Fprintf(os.Stdout, "listening %s\n", server.Listener.Addr())
	select {}
}

// serveFront answers with what the unary service answered. Its first request starts a goroutine that also calls that service,
// when the request is over.
func serveFront(next string) error {
	connection, err := dial(next)
	if err != nil {
		return err
	}
	var once sync.Once
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { go idle(connection, r.Context().Done()) })
		id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		text, err := onward(r.Context(), id, func(ctx context.Context) (string, error) {
			name, err := method("/chain.Unary/Call", id)
			if err != nil {
				return "", err
			}
			request, reply := []byte(id), []byte(nil)
			err = connection.Invoke(ctx, name, &request, &reply)
			return string(reply), err
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		io.WriteString(w, "front "+text)
	})
	listener, err := listen()
	if err != nil {
		return err
	}
	return http.Serve(listener, handler)
}

// idle makes calls that belong to no request, though one of the same goroutine as the one before may be underway.
func idle(connection *grpc.ClientConn, begin <-chan struct{}) {
	<-begin
	for i := 0; i < 40; i++ {
		time.Sleep(50 * time.Millisecond)
		request, reply := []byte("idle"), []byte(nil)
		if err := connection.Invoke(context.Background(), "/chain.Unary/Idle", &request, &reply); err != nil {
			return
		}
	}
}

func get(ctx context.Context, client *http.Client, url string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request.WithContext(ctx))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return string(text), err
}
