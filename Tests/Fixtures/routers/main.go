// Command routers serves the same routes through several routers, each under a prefix of its own and behind a middleware
// that copies the request, over HTTP/1 and, by golang.org/x/net, over HTTP/2 without TLS. It prints "listening ADDRESS" as
// its first line. Its libraries are found in a GOPATH.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

type key struct{}

// copying hands the handler a copy of the request, as middleware does that adds to its context.
func copying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, 1)))
	})
}

func serve(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "served\n") }

func muxRoutes() http.Handler {
	inner := http.NewServeMux()
	inner.HandleFunc("/mux/items/", serve)
	inner.HandleFunc("/mux/slow", func(w http.ResponseWriter, r *http.Request) { time.Sleep(2 * time.Second) })
	return copying(inner)
}

func gorillaRoutes() http.Handler {
	router := mux.NewRouter()
	router.HandleFunc("/gorilla/items/{id}", serve)
	router.PathPrefix("/gorilla/sub").Subrouter().HandleFunc("/items/{id:[0-9]+}", serve)
	return copying(router)
}

func ginRoutes() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.GET("/gin/items/:id", func(c *gin.Context) { c.String(http.StatusOK, "served\n") })
	engine.Group("/gin/sub").GET("/items/*rest", func(c *gin.Context) { c.String(http.StatusOK, "served\n") })
	return copying(engine)
}

func chiRoutes() http.Handler {
	router := chi.NewRouter()
	router.Route("/chi", func(r chi.Router) {
		r.Get("/items/{id}", serve)
		r.Route("/sub", func(r chi.Router) { r.Get("/items/{id:[0-9]+}", serve) })
	})
	return copying(router)
}

func echoRoutes() http.Handler {
	server := echo.New()
	server.GET("/echo/items/:id", func(c echo.Context) error { return c.String(http.StatusOK, "served\n") })
	server.Group("/echo/sub").GET("/items/*", func(c echo.Context) error { return c.String(http.StatusOK, "served\n") })
	return copying(server)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	routers := map[string]http.Handler{
		"mux": muxRoutes(), "gorilla": gorillaRoutes(), "gin": ginRoutes(), "chi": chiRoutes(), "echo": echoRoutes(),
	}
	choose := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch router, ok := routers[name]; {
		case ok:
			router.ServeHTTP(w, r)
		case name == "panic":
			panic("asked for")
		default:
			http.NotFound(w, r)
		}
	})
	fmt.Fprintf(os.Stdout, "listening %s\n", listener.Addr())
	server := &http.Server{
		Handler:  h2c.NewHandler(choose, &http2.Server{}),
		ErrorLog: log.New(io.Discard, "", 0),
	}
	log.Fatal(server.Serve(listener))
}
