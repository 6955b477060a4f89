package main

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// How a call belongs to the request that its id names.
const (
	// It is a child of the request's span, and the contexts show it, or the goroutine.
	child = "child"
	// It is a child, which only shows in which goroutine started which.
	started = "started"
	// It belongs to none.
	root = "root"
)

type contextKey struct{}

// routes has a path for every way to call.
func routes(c *caller) http.Handler {
	mux := http.NewServeMux()
	handle := func(path string, serve func(r *http.Request, id string)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { serve(r, r.URL.Query().Get("id")) })
	}
	handle("/direct", func(r *http.Request, id string) { c.call(r.Context(), id, child) })
	handle("/none", func(r *http.Request, id string) { c.call(nil, id, child) })
	handle("/goroutine/context", func(r *http.Request, id string) {
		wait(func() { c.call(r.Context(), id, child) })
	})
	handle("/goroutine/none", func(r *http.Request, id string) {
		wait(func() { c.call(nil, id, started) })
	})
	handle("/goroutine/many", func(r *http.Request, id string) {
		wait(repeat(20, func() { c.call(nil, id, started) })...)
	})
	// Something else may run on this goroutine's processor when it goes on, and it on another one.
	handle("/goroutine/blocked", func(r *http.Request, id string) {
		for i := 0; i < 3; i++ {
			time.Sleep(2 * time.Millisecond)
			wait(func() { c.call(nil, id, started) })
		}
	})
	handle("/group", func(r *http.Request, id string) {
		var group group
		ctx := group.with(r.Context())
		for i := 0; i < 4; i++ {
			group.run(func() error { c.call(ctx, id, child); return nil })
			group.run(func() error { c.call(nil, id, started); return nil })
		}
		group.wait()
	})
	handle("/pool/context", func(r *http.Request, id string) { c.callFromPool(r.Context(), id, child) })
	handle("/pool/none", func(r *http.Request, id string) { c.callFromPool(nil, id, root) })
	handle("/chain", func(r *http.Request, id string) {
		length, _ := strconv.Atoi(r.URL.Query().Get("n"))
		c.callFromPool(chain(r.Context(), length), id, r.URL.Query().Get("want"))
	})
	handle("/own", func(r *http.Request, id string) {
		for _, ctx := range ownContexts(r) {
			c.callFromPool(ctx, id, child)
		}
	})
	handle("/detached", func(r *http.Request, id string) {
		for _, ctx := range detached(r.Context()) {
			c.callFromPool(ctx, id, child)
		}
	})
	handle("/outliving", func(r *http.Request, id string) {
		milliseconds, _ := strconv.Atoi(r.URL.Query().Get("ms"))
		outlive(r, func() { c.call(nil, id, root) }, func() { c.call(r.Context(), id, root) })
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
	})
	mux.Handle("/timeout", http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		c.call(r.Context(), id, child)
		c.call(nil, id, started)
	}), 10*time.Second, "late"))
	mux.Handle("/proxy", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: c.backend}))
	return mux
}

// wait runs functions in goroutines of their own and waits for them.
func wait(functions ...func()) {
	var group sync.WaitGroup
	for _, function := range functions {
		function := function
		group.Add(1)
		go func() {
			defer group.Done()
			function()
		}()
	}
	group.Wait()
}

func repeat(count int, function func()) []func() {
	functions := make([]func(), count)
	for i := range functions {
		functions[i] = function
	}
	return functions
}

// outlive has goroutines run each function a few times, from when the request has been over for a while.
func outlive(r *http.Request, functions ...func()) {
	over := r.Context().Done()
	for _, function := range functions {
		function := function
		go func() {
			<-over
			for i := 0; i < 4; i++ {
				time.Sleep(20 * time.Millisecond)
				function()
			}
		}()
	}
}

// chain derives a context in as many steps.
func chain(ctx context.Context, length int) context.Context {
	for i := 0; i < length; i++ {
		switch i % 3 {
		case 0:
			ctx = context.WithValue(ctx, contextKey{}, i)
		case 1:
			ctx, _ = context.WithTimeout(ctx, time.Minute)
		default:
			ctx, _ = context.WithCancel(ctx)
		}
	}
	return ctx
}
