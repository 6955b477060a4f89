//go:build go1.21

package main

import (
	"context"
	"errors"
	"time"
)

// detached derives contexts that releases before Go 1.21 don't have.
func detached(ctx context.Context) []context.Context {
	caused, _ := context.WithCancelCause(ctx)
	timed, _ := context.WithTimeoutCause(ctx, time.Minute, errors.New("late"))
	return []context.Context{
		context.WithoutCancel(ctx), caused, timed,
		context.WithValue(context.WithoutCancel(caused), contextKey{}, 1),
	}
}
