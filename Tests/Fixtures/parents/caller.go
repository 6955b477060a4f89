package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// caller calls the backend.
type caller struct {
	backend string
	client  *http.Client
	jobs    chan job
}

// job is a call that a worker makes. Its context may be nil.
type job struct {
	context  context.Context
	id, want string
	done     chan struct{}
}

// newCaller starts the workers that its pool has.
func newCaller(backend string) *caller {
	c := &caller{
		backend: backend,
		client:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
		jobs:    make(chan job),
	}
	for i := 0; i < 8; i++ {
		go func() {
			for job := range c.jobs {
				c.call(job.context, job.id, job.want)
				close(job.done)
			}
		}()
	}
	return c
}

// call calls the backend and waits for the answer. Without a context, that is nobody's.
func (c *caller) call(ctx context.Context, id, want string) {
	if ctx == nil {
		ctx = context.Background()
	}
	query := url.Values{"id": {id}, "want": {want}}
	request, err := http.NewRequestWithContext(ctx, "GET", "http://"+c.backend+"/called?"+query.Encode(), nil)
	if err != nil {
		return
	}
	response, err := c.client.Do(request)
	if err != nil {
		return
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

// callFromPool has a worker of the pool call, and waits for it.
func (c *caller) callFromPool(ctx context.Context, id, want string) {
	job := job{context: ctx, id: id, want: want, done: make(chan struct{})}
	c.jobs <- job
	<-job.done
}
