import Spans
import Testing

@testable import Agent
@testable import NodespanCommands
@testable import OTLP

@Suite struct `The summary of a trace` {
    private static let summary = {
        var summary = TraceSummary()
        summary.begun = 7
        summary.exported = 6
        summary.add(1, to: .ringFull)
        summary.propagation.written = 1
        summary.propagation.unwritten = [.noRoom: 2, .own: 1]
        summary.propagation.writesOff = 2
        return summary
    }()

    @Test func `tells people what became of requests, headers and writes`() {
        #expect(
            SummaryText.table(Self.summary).split(separator: "\n") == [
                "7 requests began: 6 spans, 1 lost",
                "  lost 1: nodespan fell behind reading finished spans (ring_full)",
                "1 request given the trace context of the span",
                "  1 not: the program had set a traceparent itself (own_traceparent)",
                "  2 not: no room in the program's buffer (no_room)",
                "2 processes written to no more: what was written into a request was not there afterwards (writes_off)",
            ])
    }

    @Test func `tells scripts the same in one line`() {
        #expect(
            SummaryText.json(Self.summary)
                == #"{"spans":6,"begun":7,"exported":6,"unsampled":0,"inFlight":0,"losses":{"ring_full":1},"#
                + #""propagation":{"written":1,"unwritten":{"own_traceparent":1,"no_room":2},"writesOff":2},"#
                + #""destinations":[]}"#)
    }

    @Test func `names files as JSON does`() {
        let text = DestinationText.json(DestinationSummary(endpoint: "/a\"b\\c"))
        #expect(text.hasPrefix(#"{"endpoint":"/a\"b\\c","spans":0,"#), "\(text)")
    }

    @Test func `tells scripts the books of each process where asked to, and of those that have ended`() {
        var summary = TraceSummary()
        var books = SpanBooks()
        (books.begun, books.exported, books.unsampled, books.inFlight, books.queued) = (9, 1, 2, 1, 2)
        books.losses = [.rejected: 3]
        summary.processes = [ProcessSummary(pid: 42, books: books)]
        summary.ended.begun = 1
        summary.ended.losses = [.spoolFull: 1]
        summary.add(books)
        summary.add(summary.ended)
        #expect(
            SummaryText.json(summary, hasProcesses: true)
                == #"{"spans":1,"begun":10,"exported":1,"unsampled":2,"inFlight":1,"losses":{"rejected":3,"spool_full":1},"#
                + #""propagation":{"written":0,"unwritten":{},"writesOff":0},"queued":2,"processes":[{"pid":42,"begun":9,"#
                + #""exported":1,"unsampled":2,"inFlight":1,"queued":2,"losses":{"rejected":3}}],"ended":{"begun":1,"#
                + #""exported":0,"unsampled":0,"inFlight":0,"queued":0,"losses":{"spool_full":1}},"destinations":[]}"#)
        #expect(SummaryText.table(summary).contains("2 kept on disk for the next run"))
    }

    @Test func `says nothing of what didn't happen`() {
        #expect(SummaryText.table(TraceSummary()) == "0 requests began: 0 spans, none lost")
    }
}
