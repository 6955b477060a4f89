package main

import (
	"context"
	"net/http"
	"time"
)

// Contexts as applications make them.
type (
	embedding struct {
		context.Context
		user string
	}
	// pointing is nothing but a pointer, which is then all of an interface's value.
	pointing struct{ inner *embedding }
	// named has a context that its methods don't come from, and none first.
	named struct {
		user  string
		inner context.Context
	}
	// both has two: the one that its methods come from counts.
	both struct {
		other context.Context
		context.Context
	}
	// nested embeds a struct that embeds one.
	nested struct {
		since time.Time
		embedding
	}
	// extended is an interface that contexts are kept in.
	extended interface {
		context.Context
		User() string
	}
	extending struct{ extended }
	// asking keeps the request, as gin's does.
	asking struct {
		keys    map[string]string
		Request *http.Request
	}
)

func (p pointing) Deadline() (time.Time, bool) { return p.inner.Deadline() }
func (p pointing) Done() <-chan struct{}       { return p.inner.Done() }
func (p pointing) Err() error                  { return p.inner.Err() }
func (p pointing) Value(key interface{}) interface{} {
	return p.inner.Value(key)
}

func (n *named) Deadline() (time.Time, bool) { return n.inner.Deadline() }
func (n *named) Done() <-chan struct{}       { return n.inner.Done() }
func (n *named) Err() error                  { return n.inner.Err() }
func (n *named) Value(key interface{}) interface{} {
	if key == "user" {
		return n.user
	}
	return n.inner.Value(key)
}

func (a *asking) Deadline() (time.Time, bool) { return a.Request.Context().Deadline() }
func (a *asking) Done() <-chan struct{}       { return a.Request.Context().Done() }
func (a *asking) Err() error                  { return a.Request.Context().Err() }
func (a *asking) Value(key interface{}) interface{} {
	if name, ok := key.(string); ok {
		return a.keys[name]
	}
	return a.Request.Context().Value(key)
}

func (e embedding) User() string { return e.user }

// ownContexts wraps the request's context in each of the types above.
func ownContexts(r *http.Request) []context.Context {
	ctx := r.Context()
	value := embedding{ctx, "value"}
	return []context.Context{
		value,
		&embedding{ctx, "pointer"},
		pointing{&embedding{ctx, "pointed"}},
		&named{"named", ctx},
		both{context.Background(), ctx},
		&both{context.TODO(), ctx},
		nested{time.Now(), value},
		&nested{time.Now(), value},
		extending{value},
		&extending{extended(&value)},
		&asking{nil, r},
		// One in another, and the standard library's around them.
		context.WithValue(&named{"outer", embedding{pointing{&value}, "inner"}}, contextKey{}, 1),
	}
}
