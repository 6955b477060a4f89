package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// load waits for the end of its standard input, so that it can be traced from its first request on. It has one goroutine for
// each ID % 64.
func load(url string, count int) error {
	const concurrency = 64
	client := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: concurrency}, Timeout: time.Minute,
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	begin := time.Now()
	errors := make(chan error, concurrency)
	var group sync.WaitGroup
	for first := 0; first < concurrency; first++ {
		group.Add(1)
		go func(first int) {
			defer group.Done()
			for i := first; i < count; i += concurrency {
				id := strconv.Itoa(i)
				text, err := get(context.Background(), client, url+"/"+id)
				if err == nil && text != "front unary stream stream stream http/2.0 "+id {
					err = fmt.Errorf("%s: answered %q", id, text)
				}
				if err != nil {
					errors <- err
					return
				}
			}
		}(first)
	}
	group.Wait()
	close(errors)
	if err := <-errors; err != nil {
		return err
	}
	fmt.Printf("%d requests in %v\n", count, time.Since(begin))
	return nil
}
