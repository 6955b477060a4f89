package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// numbers makes identifiers out of numbers that go up.
type numbers struct{ last uint64 }

func (numbers *numbers) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	var id trace.TraceID
	binary.BigEndian.PutUint64(id[:], atomic.AddUint64(&numbers.last, 1))
	return id, numbers.NewSpanID(ctx, id)
}

func (numbers *numbers) NewSpanID(context.Context, trace.TraceID) trace.SpanID {
	var id trace.SpanID
	binary.BigEndian.PutUint64(id[:], 0xd000<<48|atomic.AddUint64(&numbers.last, 1))
	return id
}

// printer exports spans to standard output.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []sdk.ReadOnlySpan) error {
	for _, span := range spans {
		own := span.SpanContext()
		fmt.Println("span", span.SpanKind(), span.Name(), own.TraceID(), own.SpanID(), span.Parent().SpanID())
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }
