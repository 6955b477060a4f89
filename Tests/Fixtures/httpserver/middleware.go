package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

type contextKey struct{}

// middleware returns what serves /middleware/NAME/REST: each calls `next` for /REST.
func middleware(next http.Handler) map[string]http.Handler {
	return map[string]http.Handler{
		// A request with another context, and the URL changed in a copy.
		"with-context": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r = r.WithContext(context.WithValue(r.Context(), contextKey{}, "value"))
			r.URL = withoutPrefix(r.URL, "/middleware/with-context")
			next.ServeHTTP(w, r)
		}),
		"shallow-copy": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r2 := new(http.Request)
			*r2 = *r
			r2.URL = withoutPrefix(r.URL, "/middleware/shallow-copy")
			next.ServeHTTP(w, r2)
		}),
		"strip-prefix": http.StripPrefix("/middleware/strip-prefix", next),
		// The server's own request and URL, changed in place.
		"in-place": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = strings.TrimPrefix(r.URL.Path, "/middleware/in-place")
			r.URL.RawQuery = "rewritten=1"
			r.Method = "PATCH"
			next.ServeHTTP(w, r)
		}),
		// A ResponseWriter that hides the server's.
		"wrapped-writer": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL = withoutPrefix(r.URL, "/middleware/wrapped-writer")
			next.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
		}),
		// A panic of the handler turned into an answer.
		"recover": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				if recover() != nil {
					http.Error(w, "recovered", http.StatusBadGateway)
				}
			}()
			r.URL = withoutPrefix(r.URL, "/middleware/recover")
			next.ServeHTTP(w, r)
		}),
	}
}

func withoutPrefix(u *url.URL, prefix string) *url.URL {
	changed := new(url.URL)
	*changed = *u
	changed.Path = strings.TrimPrefix(u.Path, prefix)
	return changed
}
