import Agent
import OTLP
import Spans

/// Spans go to the printer, and to the exporters that there are: first, since they never wait, whereas what is printed waits
/// for its reader.
struct SpanOutlets: SpanSink {
    let printer: SpanPrinter
    let exporters: [SpanExporter<ContinuousClock>]

    func take(_ span: Span, to outlet: SpanOutlet, of account: SpanAccount) {
        for exporter in exporters { exporter.take(span) }
        printer.take(span, to: outlet, of: account)
    }

    func flush() -> SinkOutcome {
        for exporter in exporters { exporter.tick() }
        return printer.flush()
    }

    func finish() -> SinkOutcome {
        for exporter in exporters { exporter.close() }
        return printer.finish()
    }
}
