import CBPF
import OTLP
import Spans
import Synchronization

/// Makes spans of the records that BPF hands over, with the resource of the process each is of, and passes them on.
final class SpanAssembler: Sendable {
    private struct State {
        /// By slot of the process's counters.
        var workloads: [UInt32: Workload] = [:]
        /// How spans were made until a change, by slot, the oldest first: as long as records may come of some that had ended
        /// by then.
        var earlier: [UInt32: [Earlier]] = [:]
        /// Slots of processes that have ended, with the position of the ring up to which there may be records of them.
        var retired: [(slot: UInt32, position: UInt64)] = []
        /// Slots that no record names any more.
        var free: [UInt32] = []
        var making: Making
        var clock = WallClock(.now())
        /// CLOCK_MONOTONIC up to which `clock` is known, nanoseconds.
        var clockKnownToNS: UInt64 = 0
        var exported: UInt64 = 0
        var invalid: UInt64 = 0
        var unwritten: UInt64 = 0

        init(_ making: Making) {
            self.making = making
        }
    }

    /// How spans are made of records.
    private struct Making {
        let redaction: SpanRedaction
        let httpServer: HTTPServerConvention
        let grpc: GRPCConvention
        let httpClient: HTTPClientConvention

        init(_ redaction: SpanRedaction, version: String) {
            self.redaction = redaction
            httpServer = HTTPServerConvention(version: version, redaction: redaction.query)
            httpClient = HTTPClientConvention(version: version, redaction: redaction.query)
            grpc = GRPCConvention(version: version)
        }
    }

    private struct Workload {
        var facts: ProcessFacts
        let options: TracingOptions
        /// Whose records they are; nil for a program that is to be launched.
        let image: ns_process_image?
        let methods: HTTPMethods
        /// The same however it is traced.
        let account: SpanAccount
        let limits: SpanLimits
        /// Made with the first span: of a program that was just launched, the pid is known only then.
        var resource: Resource?

        init(
            _ facts: ProcessFacts, _ options: TracingOptions, of image: ns_process_image?, account: SpanAccount
        ) {
            self.account = account
            self.image = image
            self.facts = facts
            self.options = options
            var told = facts
            if let environment = options.environment { told.setVariables(environment) }
            methods = HTTPMethods(list: told.knownMethodsVariable)
            limits = SpanLimits(environment: told.limitVariables, bounds: options.limits.span)
        }
    }

    private struct Earlier {
        let workload: Workload
        /// CLOCK_MONOTONIC, nanoseconds.
        let untilNS: UInt64
        /// Of the ring, up to which there may be records.
        let position: UInt64
    }

    /// Changes that are remembered while the ring isn't read.
    private static let earlierLimit = 16

    /// Of the processes that have ended.
    private let ended = SpanAccount()
    private let sink: any SpanSink
    private let host: HostFacts
    private let version: String
    private let state: Mutex<State>

    /// - Parameters:
    ///   - host: what all resources tell of the machine.
    ///   - redaction: what spans don't tell.
    init(
        sink: any SpanSink, host: HostFacts, redaction: SpanRedaction = .standard, version: String
    ) {
        self.sink = sink
        self.host = host
        self.version = version
        state = Mutex(State(Making(redaction, version: version)))
    }

    /// Spans of records that are taken from now on don't tell this.
    func redact(by redaction: SpanRedaction) {
        let making = Making(redaction, version: version)
        state.withLock { state in
            state.making = making
            for slot in state.workloads.keys { state.workloads[slot]?.resource = nil }
            for (slot, earlier) in state.earlier {
                state.earlier[slot] = earlier.map { earlier in
                    var workload = earlier.workload
                    workload.resource = nil
                    return Earlier(workload: workload, untilNS: earlier.untilNS, position: earlier.position)
                }
            }
        }
    }

    /// What spans of the process with this counters slot tell of it.
    func describe(
        _ facts: ProcessFacts, _ options: TracingOptions, of image: ns_process_image? = nil, slot: UInt32
    ) {
        state.withLock { $0.workloads[slot] = Workload(facts, options, of: image, account: SpanAccount()) }
    }

    /// Spans of the process that end from now on are made and passed on in another way.
    /// - Parameter position: of the ring, up to which there may be records of others. Asked for behind the time.
    func change(_ options: TracingOptions, slot: UInt32, at position: () -> UInt64) {
        let now = ClockReading.now().monotonicBeforeNS
        let position = position()
        state.withLock { state in
            guard let workload = state.workloads[slot] else { return }
            let earlier = Earlier(workload: workload, untilNS: now, position: position)
            state.earlier[slot] = (state.earlier[slot] ?? []).suffix(Self.earlierLimit - 1) + [earlier]
            state.workloads[slot] = Workload(
                workload.facts, options, of: workload.image, account: workload.account)
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
        let made = state.withLock { state -> (span: Span, outlet: SpanOutlet, account: SpanAccount)? in
            guard let record = try? RecordDecoder.decode(bytes),
                let workload = Self.workload(of: record.context, state)
            else {
                Self.dropInvalid(bytes, &state)
                return nil
            }
            return (assemble(record, workload, &state), workload.options.outlet, workload.account)
        }
        if let made { sink.take(made.span, to: made.outlet, of: made.account) }
    }

    /// Of a record that makes no sense, the process may be known all the same.
    private static func dropInvalid(_ bytes: UnsafeRawBufferPointer, _ state: inout State) {
        guard bytes.count >= MemoryLayout<ns_span>.size else {
            state.invalid += 1
            return
        }
        let span = bytes.loadUnaligned(as: ns_span.self)
        if let workload = state.workloads[span.counters_slot], workload.image?.isSame(as: span.process) ?? true {
            workload.account.lose(to: .recordInvalid)
        } else {
            state.invalid += 1
        }
    }

    /// After each batch, on the reader's thread.
    /// - Parameter position: up to which the ring has been read.
    func flush(readTo position: UInt64) {
        add(sink.flush())
        state.withLock { state in
            let isRead = { (retired: (slot: UInt32, position: UInt64)) in retired.position <= position }
            for (slot, _) in state.retired.filter(isRead) {
                state.workloads.removeValue(forKey: slot)?.account.close(into: ended)
                state.earlier[slot] = nil
                state.free.append(slot)
            }
            state.retired.removeAll(where: isRead)
            for (slot, earlier) in state.earlier {
                let left = earlier.filter { $0.position > position }
                state.earlier[slot] = left.isEmpty ? nil : left
            }
        }
    }

    /// After the last record, when the reader's thread has ended.
    func finish() {
        flush(readTo: .max)
        add(sink.finish())
    }

    /// What became of the spans that were made of a process.
    func figures(slot: UInt32) -> SpanAccount.Figures {
        state.withLock { $0.workloads[slot]?.account.figures } ?? SpanAccount.Figures()
    }

    /// What became of the records that BPF emitted of processes that have ended, and of those that no process is known of.
    func endedBooks() -> SpanBooks {
        state.withLock { state in
            var books = SpanBooks()
            books.add(ended.figures)
            for (slot, _) in state.retired {
                if let figures = state.workloads[slot]?.account.figures { books.add(figures) }
            }
            if state.invalid > 0 { books.losses[.recordInvalid, default: 0] += state.invalid }
            return books
        }
    }

    private func add(_ outcome: SinkOutcome) {
        state.withLock { state in
            state.exported += outcome.exported
            state.unwritten += outcome.lost
        }
    }

    /// Adds what a sink has told of that books nothing itself.
    func account(in summary: inout TraceSummary) {
        state.withLock { state in
            summary.exported += state.exported
            summary.add(state.unwritten, to: .outputFailed)
        }
    }

    private func assemble(_ record: SpanRecord, _ workload: Workload, _ state: inout State) -> Span {
        let (resource, methods) = (resource(of: workload, record.context, &state), workload.methods)
        // One look at the clocks serves all records that ended before it.
        if record.context.endNS > state.clockKnownToNS {
            let reading = ClockReading.now()
            state.clock.sample(reading)
            state.clockKnownToNS = reading.monotonicBeforeNS
        }
        let making = state.making
        var span =
            switch record {
            case .grpc(let record): making.grpc.span(of: record, resource: resource, clock: state.clock)
            case .httpClient(let record):
                making.httpClient.span(of: record, methods: methods, resource: resource, clock: state.clock)
            case .httpServer(let record):
                making.httpServer.span(of: record, methods: methods, resource: resource, clock: state.clock)
            }
        // What is cut could hide from what is looked for.
        making.redaction.apply(to: &span)
        workload.limits.apply(to: &span)
        return span
    }

    /// The process that a record is of, as it was traced when the span ended; nil for one that isn't known.
    private static func workload(of context: SpanContextRecord, _ state: State) -> Workload? {
        let slot = context.countersSlot
        guard let workload = state.workloads[slot], workload.image?.isSame(as: context.process) ?? true else {
            return nil
        }
        return state.earlier[slot]?.first { context.endNS < $0.untilNS }?.workload ?? workload
    }

    private func resource(of workload: Workload, _ context: SpanContextRecord, _ state: inout State) -> Resource {
        if let resource = workload.resource { return resource }
        var facts = workload.facts
        if facts.pid == 0 { facts.pid = Int32(bitPattern: context.process.tgid) }
        if let environment = workload.options.environment { facts.setVariables(environment) }
        let whole = ProcessResource(facts, host: host, overrides: workload.options.resource, version: version).resource
        let resource = Resource(attributes: state.making.redaction.redacted(whole.attributes))
        if state.earlier[context.countersSlot] == nil { state.workloads[context.countersSlot]?.resource = resource }
        return resource
    }
}
