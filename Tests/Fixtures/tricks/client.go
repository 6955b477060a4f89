package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// client is an http.Client for one protocol.
type client struct {
	http.Client
	base    string
	clients *clients
}

// clientTricks does the same over every protocol.
func (c *clients) clientTricks() []trick {
	plain, secure := "http://"+c.plain, "https://"+c.secure
	protocols := []*client{
		{http.Client{Transport: newHTTP1Transport()}, plain, c},
		{http.Client{Transport: newHTTP1Transport()}, secure, c},
		{http.Client{Transport: newHTTP2Transport(insecure())}, secure, c},
	}
	if hasUnencryptedHTTP2 {
		protocols = append(protocols, &client{http.Client{Transport: newUnencryptedHTTP2Transport()}, plain, c})
	}
	var tricks []trick
	for _, protocol := range protocols {
		tricks = append(tricks, protocol.tricks()...)
	}
	return tricks
}

func (c *client) tricks() []trick {
	tricks := []trick{
		c.upload("/read", 100_000), c.upload("/read-some", 1_000_000), c.upload("/read-limited", 100_000),
		c.upload("/refuse", 1_000_000), c.trailers, c.listen, c.giveUp, c.readSlowly, c.leaveInTheMiddle,
	}
	for _, path := range []string{
		"/ok", "/ok", "/ok", "/ok", "/silent", "/panic-nil", "/abort", "/panic-after-write", "/goexit",
		"/goexit-after-write", "/hijack-panic", "/timeout", "/no-timeout", "/timeout-panic", "/push", "/nowhere",
	} {
		path := path
		tricks = append(tricks, func() { c.request(context.Background(), path, io.Discard) })
	}
	return tricks
}

// do sends a request, and copies what comes of the answer.
func (c *client) do(request *http.Request, body io.Writer) {
	c.clients.sent(1)
	response, err := c.Do(request)
	if err != nil {
		return
	}
	c.clients.answered(1)
	defer response.Body.Close()
	io.Copy(body, response.Body)
}

// request sends a request without a body. It is a POST, since a client repeats others of its own accord when a connection
// closes on them.
func (c *client) request(ctx context.Context, path string, body io.Writer) {
	request, _ := http.NewRequestWithContext(ctx, "POST", c.base+path, nil)
	c.do(request, body)
}

// upload sends a body of some size, its length unknown to the server.
func (c *client) upload(path string, size int) trick {
	content := bytes.Repeat([]byte("x"), size)
	return func() {
		request, _ := http.NewRequest("POST", c.base+path, io.MultiReader(bytes.NewReader(content)))
		c.do(request, io.Discard)
	}
}

func (c *client) trailers() {
	request, _ := http.NewRequest("POST", c.base+"/trailers", io.MultiReader(strings.NewReader("body")))
	request.Trailer = http.Header{"X-Sum": {"4"}}
	c.do(request, io.Discard)
}

// listen takes events for a while, and goes away.
func (c *client) listen() {
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	c.request(ctx, "/events", io.Discard)
}

// giveUp goes away before there is an answer.
func (c *client) giveUp() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	c.request(ctx, "/wait", io.Discard)
}

// readSlowly has the server wait for it.
func (c *client) readSlowly() {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	c.request(ctx, "/big", writerFunc(func(p []byte) { time.Sleep(10 * time.Millisecond) }))
}

// leaveInTheMiddle goes away with the answer half read.
func (c *client) leaveInTheMiddle() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.request(ctx, "/big", writerFunc(func(p []byte) { cancel() }))
}

type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}
