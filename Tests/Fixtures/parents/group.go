package main

import (
	"context"
	"sync"
)

// group is what golang.org/x/sync/errgroup has: goroutines of which the first that fails cancels the others.
type group struct {
	waiting sync.WaitGroup
	once    sync.Once
	err     error
	cancel  func()
}

func (g *group) with(ctx context.Context) context.Context {
	ctx, g.cancel = context.WithCancel(ctx)
	return ctx
}

func (g *group) run(function func() error) {
	g.waiting.Add(1)
	go func() {
		defer g.waiting.Done()
		if err := function(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

func (g *group) wait() error {
	g.waiting.Wait()
	g.cancel()
	return g.err
}
