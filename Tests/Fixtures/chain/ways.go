package main

import (
	"context"
	"strconv"
)

// A call to the next service, which says what it was answered.
type call func(context.Context) (string, error)

type answer struct {
	text string
	err  error
}

// A call on its way to one of the goroutines that were there before the request.
type job struct {
	ctx    context.Context
	call   call
	answer chan answer
}

var jobs = make(chan job)

func init() {
	for i := 0; i < 16; i++ {
		go func() {
			for job := range jobs {
				text, err := job.call(job.ctx)
				job.answer <- answer{text, err}
			}
		}()
	}
}

// A context of the program's own.
type named struct {
	name string
	context.Context
}

// onward makes a call in one of the ways in which programs do so, by its ID: from the goroutine that serves the request, from
// one that it starts, from one that it hands the call to, and with the context within another.
func onward(ctx context.Context, id string, call call) (string, error) {
	number, err := strconv.Atoi(id)
	if err != nil {
		return "", err
	}
	answers := make(chan answer, 1)
	switch number / 64 % 4 {
	case 0:
		return call(ctx)
	case 1:
		go func() {
			text, err := call(ctx)
			answers <- answer{text, err}
		}()
	case 2:
		jobs <- job{ctx, call, answers}
	case 3:
		return call(named{id, ctx})
	}
	answer := <-answers
	return answer.text, answer.err
}

// method is the name of the gRPC method for an ID.
func method(name, id string) (string, error) {
	number, err := strconv.Atoi(id)
	return name + strconv.Itoa(number%64), err
}
