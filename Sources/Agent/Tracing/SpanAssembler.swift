import CBPF
import Spans
import Synchronization

/// Makes spans of the records that BPF hands over, with the resource of the process each is of, and passes them on.
final class SpanAssembler: Sendable {
    private struct State {
        /// By slot of the process's counters.
        var workloads: [UInt32: Workload] = [:]
        /// Slots of processes that have ended, with the position of the ring up to which there may be records of them.
        var retired: [(slot: UInt32, position: UInt64)] = []
        /// Slots that no record names any more.
        var free: [UInt32] = []
        var clock = WallClock(.now())
        /// CLOCK_MONOTONIC up to which `clock` is known, nanoseconds.
        var clockKnownToNS: UInt64 = 0
        var exported: UInt64 = 0
        var invalid: UInt64 = 0
        var unwritten: UInt64 = 0
    }

    private struct Workload {
        var facts: ProcessFacts
        let options: TracingOptions
        /// Whose records they are; nil for a program that is to be launched.
        let image: ns_process_image?
        let methods: HTTPMethods
        /// Made with the first span: of a program that was just launched, the pid is known only then.
        var resource: Resource?

        init(_ facts: ProcessFacts, _ options: TracingOptions, of image: ns_process_image?) {
            self.image = image
            self.facts = facts
            self.options = options
            var told = facts
            if let environment = options.environment { told.setVariables(environment) }
            methods = HTTPMethods(list: told.knownMethodsVariable)
        }
    }

    private let sink: any SpanSink
    private let httpServer: HTTPServerConvention
    private let grpc: GRPCConvention
    private let httpClient: HTTPClientConvention
    private let host: HostFacts
    private let version: String
    private let state = Mutex(State())

    /// - Parameters:
    ///   - host: what all resources tell of the machine.
    ///   - redaction: of the queries of URLs.
    init(
        sink: any SpanSink, host: HostFacts, redaction: QueryRedaction = .standard, version: String
    ) {
        self.sink = sink
        self.host = host
        self.version = version
        httpServer = HTTPServerConvention(version: version, redaction: redaction)
        httpClient = HTTPClientConvention(version: version, redaction: redaction)
        grpc = GRPCConvention(version: version)
    }

    /// What spans of the process with this counters slot tell of it.
    func describe(
        _ facts: ProcessFacts, _ options: TracingOptions, of image: ns_process_image? = nil, slot: UInt32
    ) {
        state.withLock { $0.workloads[slot] = Workload(facts, options, of: image) }
    }

    /// From the next record on, spans of the process are made and passed on in another way.
    func change(_ options: TracingOptions, slot: UInt32) {
        state.withLock { state in
            guard let workload = state.workloads[slot] else { return }
            state.workloads[slot] = Workload(workload.facts, options, of: workload.image)
        }
    }

    /// Forgets a process that has ended, once the ring has been read up to a position.
    func retire(slot: UInt32, at position: UInt64) {
        state.withLock { $0.retired.append((slot, position)) }
    }

    /// Slots of retired processes of which no record can come any more, each once.
    func takeFreeSlots() -> [UInt32] {
        state.withLock { state in
            defer { state.free = [] }
            return state.free
        }
    }

    /// One record of the ring, on the reader's thread.
    func take(_ bytes: UnsafeRawBufferPointer) {
        let (span, outlet) = state.withLock { state -> (Span?, SpanOutlet) in
            do throws(RecordError) {
                let record = try RecordDecoder.decode(bytes)
                let outlet = state.workloads[record.context.countersSlot]?.options.outlet
                return (assemble(record, &state), outlet ?? .only)
            } catch {
                state.invalid += 1
                return (nil, .only)
            }
        }
        if let span { sink.take(span, to: outlet) }
    }

    /// After each batch, on the reader's thread.
    /// - Parameter position: up to which the ring has been read.
    func flush(readTo position: UInt64) {
        add(sink.flush())
        state.withLock { state in
            let isRead = { (retired: (slot: UInt32, position: UInt64)) in retired.position <= position }
            for (slot, _) in state.retired.filter(isRead) {
                state.workloads[slot] = nil
                state.free.append(slot)
            }
            state.retired.removeAll(where: isRead)
        }
    }

    /// After the last record, when the reader's thread has ended.
    func finish() {
        add(sink.finish())
    }

    private func add(_ outcome: SinkOutcome) {
        state.withLock { state in
            state.exported += outcome.exported
            state.unwritten += outcome.lost
        }
    }

    /// Adds what happened to the records that BPF emitted.
    func account(in summary: inout TraceSummary) {
        state.withLock { state in
            summary.exported += state.exported
            summary.add(state.invalid, to: .recordInvalid)
            summary.add(state.unwritten, to: .outputFailed)
        }
    }

    private func assemble(_ record: SpanRecord, _ state: inout State) -> Span? {
        guard let (resource, methods) = emitter(of: record.context, &state) else {
            state.invalid += 1
            return nil
        }
        // One look at the clocks serves all records that ended before it.
        if record.context.endNS > state.clockKnownToNS {
            let reading = ClockReading.now()
            state.clock.sample(reading)
            state.clockKnownToNS = reading.monotonicBeforeNS
        }
        switch record {
        case .grpc(let record): return grpc.span(of: record, resource: resource, clock: state.clock)
        case .httpClient(let record):
            return httpClient.span(of: record, methods: methods, resource: resource, clock: state.clock)
        case .httpServer(let record):
            return httpServer.span(of: record, methods: methods, resource: resource, clock: state.clock)
        }
    }

    /// The resource of the process that a record is of, and the methods that it knows.
    private func emitter(of context: SpanContextRecord, _ state: inout State) -> (Resource, HTTPMethods)? {
        guard var workload = state.workloads[context.countersSlot],
            workload.image?.isSame(as: context.process) ?? true
        else { return nil }
        if let resource = workload.resource { return (resource, workload.methods) }
        if workload.facts.pid == 0 { workload.facts.pid = Int32(bitPattern: context.process.tgid) }
        var facts = workload.facts
        if let environment = workload.options.environment { facts.setVariables(environment) }
        let resource = ProcessResource(
            facts, host: host, overrides: workload.options.resource, version: version
        ).resource
        workload.resource = resource
        state.workloads[context.countersSlot] = workload
        return (resource, workload.methods)
    }
}
