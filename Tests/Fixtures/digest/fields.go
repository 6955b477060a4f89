package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
)

// fields is what was in a request, but for a trace context that isn't its own.
type fields struct {
	hasOwn       bool
	traceparents []string
	texts        []string
}

func newFields(hasOwn bool) *fields { return &fields{hasOwn: hasOwn} }

func (fields *fields) add(name string, values []string) {
	lower := strings.ToLower(name)
	if lower == "traceparent" {
		fields.traceparents = append(fields.traceparents, values...)
	}
	if fields.hasOwn || lower != "traceparent" && lower != "tracestate" {
		fields.texts = append(fields.texts, fmt.Sprintf("%s %q", name, values))
	}
}

// digest doesn't depend on the order, which senders leave to chance.
func (fields *fields) digest() string {
	sort.Strings(fields.texts)
	return digest([]byte(strings.Join(fields.texts, "\n")))
}

func digest(bytes []byte) string {
	sum := sha256.Sum256(bytes)
	return hex.EncodeToString(sum[:8])
}
