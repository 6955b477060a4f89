// Command otelspans makes spans with the OpenTelemetry API alone, found in a GOPATH: no SDK is installed, so by itself
// nothing records them. It prints "ready", and after a line on standard input, for every span, its identifiers.
//
//	otelspans [COUNT]
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

func work(ctx context.Context, tracer trace.Tracer, depth int) {
	ctx, span := tracer.Start(
		ctx, "work", trace.WithSpanKind(trace.SpanKindInternal), trace.WithAttributes(attribute.Int("depth", depth)))
	defer span.End()
	span.SetName(fmt.Sprintf("work %d", depth))
	span.SetAttributes(attribute.String("kind", "test"))
	span.AddEvent("begun")
	if depth == 0 {
		span.RecordError(errors.New("nothing left"))
		span.SetStatus(codes.Error, "nothing left")
	} else {
		work(ctx, tracer, depth-1)
	}
	context := span.SpanContext()
	fmt.Println("span", context.TraceID(), context.SpanID(), span.IsRecording())
}

func main() {
	log.SetFlags(0)
	count := 1
	if len(os.Args) > 1 {
		var err error
		if count, err = strconv.Atoi(os.Args[1]); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("ready")
	if !bufio.NewScanner(os.Stdin).Scan() {
		return
	}
	tracer := otel.Tracer("otelspans", trace.WithInstrumentationVersion("1.0.0"))
	for i := 0; i < count; i++ {
		work(context.Background(), tracer, 2)
	}
}
