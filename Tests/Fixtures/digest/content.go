package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"math/rand"
	"net/http"
	"strings"
)

// content is what a request carries; all of it follows from its ID.
type content struct {
	id, method, query, text string
	pairs                   [][2]string
	// The body's length isn't told beforehand; a gRPC call has several messages.
	streams bool
}

func newContent(name string) *content {
	hash := fnv.New64a()
	io.WriteString(hash, name)
	random := rand.New(rand.NewSource(int64(hash.Sum64())))
	content := &content{
		id: name, method: []string{http.MethodGet, http.MethodPost, http.MethodPut}[random.Intn(3)],
		query: text(random, random.Intn(300)), streams: random.Intn(2) == 0,
	}
	if content.method != http.MethodGet {
		content.text = text(random, 1+random.Intn(12000))
	}
	// Headers that fill a buffer now and then, or more than a frame.
	longest := 100
	switch random.Intn(20) {
	case 0:
		longest = 1000
	case 1:
		longest = 4000
	}
	for i := random.Intn(15); i > 0; i-- {
		content.pairs = append(content.pairs, [2]string{fmt.Sprintf("x-%d", i), text(random, random.Intn(longest))})
	}
	if random.Intn(10) == 0 {
		content.id += "-own"
		content.pairs = append(content.pairs,
			[2]string{"traceparent", fmt.Sprintf("00-%016x%016x-%016x-01", random.Uint64(), random.Uint64()|1, random.Uint64()|1)},
			[2]string{"tracestate", "own=" + text(random, 10)})
	}
	return content
}

func (content *content) body() io.Reader {
	switch {
	case content.text == "":
		return nil
	case content.streams:
		return struct{ io.Reader }{strings.NewReader(content.text)}
	}
	return strings.NewReader(content.text)
}

func text(random *rand.Rand, length int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	bytes := make([]byte, length)
	for i := range bytes {
		bytes[i] = letters[random.Intn(len(letters))]
	}
	return string(bytes)
}
