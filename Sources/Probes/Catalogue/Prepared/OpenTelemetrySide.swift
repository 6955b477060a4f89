/// The OpenTelemetry API 1.1 to 1.46 where no SDK is installed: the tracer that is global by default (internal/global/trace.go),
/// whose spans record nothing.
extension PreparedSide {
    static let openTelemetry = PreparedSide(
        name: "go.opentelemetry.io/otel API",
        anchors: [OTel.method("(*tracer)", "Start")],
        functions: [
            FunctionNeed("begins a span", OTel.method("(*tracer)", "Start")),
            FunctionNeed(
                "begins a span that no SDK takes", OTel.method("(*tracer)", "newSpan"),
                presence: .conditional("since 1.33")),
            // A method of a value: callers through an interface call the wrapper that has a pointer.
            FunctionNeed("ends a span", OTel.method("(*nonRecordingSpan)", "End")),
            FunctionNeed("sets the name", OTel.method("(*nonRecordingSpan)", "SetName")),
            FunctionNeed("sets the status", OTel.method("(*nonRecordingSpan)", "SetStatus")),
            FunctionNeed("sets attributes", OTel.method("(*nonRecordingSpan)", "SetAttributes")),
            FunctionNeed("records an error", OTel.method("(*nonRecordingSpan)", "RecordError")),
            FunctionNeed(
                "hands out the SDK for automatic instrumentation",
                "go.opentelemetry.io/otel/trace.noopSpan.tracerProvider",
                presence: .conditional("since 1.35, where spans are asked for their provider")),
            FunctionNeed(
                "starts a span of the SDK for automatic instrumentation",
                "go.opentelemetry.io/auto/sdk.(*tracer).start",
                "go.opentelemetry.io/otel/trace.(*autoTracer).start",
                presence: .conditional("since 1.33, where its package is linked")),
            FunctionNeed(
                "ends a span of the SDK for automatic instrumentation", "go.opentelemetry.io/auto/sdk.(*span).ended",
                "go.opentelemetry.io/otel/trace.(*autoSpan).ended",
                presence: .conditional("since 1.33, where its package is linked")),
        ],
        fields: [
            PathNeed("name of the tracer", [FieldName(OTel.tracer, "name", .string)]),
            PathNeed(
                "SDK that takes the spans",
                [
                    FieldName(OTel.tracer, "delegate.v", .interface),
                    FieldName(OTel.tracer, "provider.delegate", .interface),
                ]),
            PathNeed(
                "span and trace",
                [
                    FieldName(OTel.span, "sc.traceID", .array), FieldName(OTel.span, "sc.spanID", .array),
                    FieldName(OTel.span, "sc.traceFlags", .byte), FieldName(OTel.span, "tracer", .word),
                ]),
            .contextValues,
        ])
}

private enum OTel {
    private static let package = "go.opentelemetry.io/otel/internal/global"
    static let tracer = TypeName(package, "tracer")
    static let span = TypeName(package, "nonRecordingSpan")

    static func method(_ receiver: String, _ name: String) -> String { "\(package).\(receiver).\(name)" }
}
