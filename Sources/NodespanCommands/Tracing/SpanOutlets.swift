import Agent
import OTLP
import Spans

/// Spans go to the printer, and to the exporter if there is one: first, since it never waits, whereas what is printed waits
/// for its reader.
struct SpanOutlets: SpanSink {
    let printer: SpanPrinter
    let exporter: SpanExporter<ContinuousClock>?

    func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
        exporter?.take(span)
        printer.take(span, to: outlet, of: account)
    }

    func flush() -> SinkOutcome {
        exporter?.tick()
        return printer.flush()
    }

    func finish() -> SinkOutcome {
        exporter?.close()
        return printer.finish()
    }
}
