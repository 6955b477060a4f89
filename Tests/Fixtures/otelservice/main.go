// Command otelservice is an HTTP service that OpenTelemetry's SDK traces: for every request it makes a server span, and by
// each of the ways in which `digest receive` (Tests/Fixtures/digest) can be reached, a client span and a request, into which
// OpenTelemetry's propagator puts the trace context. Its libraries are found in a GOPATH.
//
//	otelservice ADDRESS...   passes requests for /N on to those addresses, as N-KIND-own
//
// It prints "listening ADDRESS" as its first line, then "span KIND NAME TRACE SPAN PARENT" for every span that the SDK
// exports, and "sent ID TRACEPARENT" for every request that it has sent. Identifiers are numbered, so that it prints the same
// for the same requests each time.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

var (
	propagator = propagation.TraceContext{}
	tracer     = otel.Tracer("otelservice")
)

// serve passes a request on to all the ways there are.
func serve(ways []way) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, "serve", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		for _, way := range ways {
			id := strings.TrimPrefix(r.URL.Path, "/") + "-" + way.kind + "-own"
			if err := pass(ctx, way, id); err != nil {
				http.Error(w, fmt.Sprintf("%s: %v", id, err), http.StatusBadGateway)
				return
			}
		}
	}
}

func pass(ctx context.Context, way way, id string) error {
	ctx, span := tracer.Start(ctx, way.kind, trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	header := propagation.HeaderCarrier{}
	propagator.Inject(ctx, header)
	fmt.Println("sent", id, header.Get("traceparent"))
	return way.send(ctx, id)
}

func run(addresses []string) error {
	if len(addresses) != len(kinds) {
		return fmt.Errorf("usage: otelservice ADDRESS... (%s)", strings.Join(kinds, ", "))
	}
	otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithIDGenerator(&numbers{}), sdk.WithSyncer(printer{})))
	var ways []way
	for i, kind := range kinds {
		way, err := newWay(kind, addresses[i])
		if err != nil {
			return err
		}
		ways = append(ways, way)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("listening", listener.Addr())
	return http.Serve(listener, serve(ways))
}

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
