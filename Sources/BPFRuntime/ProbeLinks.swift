import Synchronization

/// Programs attached to places of executable files, in every process that maps them: one link per program, or one per
/// place, as the object's kind of attachment has it. Closed together.
///
/// A fatal signal that is pending while they are attached or closed leaves breakpoints behind in running processes.
package final class ProbeLinks: Sendable {
    /// A place in the file, and what `bpf_get_attach_cookie` returns there.
    package struct Site: Hashable, Sendable {
        /// File offset, bytes.
        package let offset: UInt64
        package let cookie: UInt64

        package init(offset: UInt64, cookie: UInt64) {
            self.offset = offset
            self.cookie = cookie
        }
    }

    private final class Element: Sendable {
        private let link: Mutex<BPFLink?>

        init(_ link: consuming BPFLink) {
            self.link = Mutex(link)
        }

        func leaveOpen() {
            link.withLock { $0.take()?.leaveOpen() }
        }

        func close() {
            _ = link.withLock { $0.take() }
        }
    }

    /// How many links are closed at once.
    private static let closers = 16

    private let elements = Mutex<[Element]>([])

    package init() {}

    deinit {
        close()
    }

    /// Attaches one program. What was attached when it fails stays so until `close`.
    /// - Parameters:
    ///   - program: a program of section "uprobe".
    ///   - path: the executable file. A link keeps its mount busy.
    package func attach(
        _ program: String, of object: borrowing BPFObject, path: String, sites: [Site]
    ) throws(BPFError) {
        switch object.attachKind {
        case .multi:
            add(try object.attachMulti(program, path: path, sites: sites))
        case .perf:
            let type = try PerfUprobes.eventType()
            for site in sites { add(try object.attachPerf(program, type: type, path: path, site: site)) }
        }
    }

    private func add(_ link: consuming BPFLink) {
        let element = Element(link)
        elements.withLock { $0.append(element) }
    }

    /// Takes the breakpoints out.
    package func close() {
        Self.close([self])
    }

    /// Takes the breakpoints of all of them out. The kernel waits with each link until nobody runs its program any more (25 to
    /// 60 ms with uprobe_multi, 100 ms with perf), and with several at once no longer than with one.
    package static func close(_ all: [ProbeLinks]) {
        let closing = Closing(all.flatMap { $0.takeAll() })
        let threads = (1..<max(1, min(closing.count, closers))).map { _ in try? Closer(closing) }
        // What no thread was to be had for is done by this one.
        closing.run()
        _ = consume threads
    }

    private func takeAll() -> [Element] {
        elements.withLock { elements in
            defer { elements = [] }
            return elements
        }
    }

    /// Links that several threads close.
    private final class Closing: Sendable {
        let count: Int
        private let rest: Mutex<[Element]>

        init(_ elements: [Element]) {
            count = elements.count
            rest = Mutex(elements)
        }

        func run() {
            while let element = rest.withLock({ $0.popLast() }) { element.close() }
        }
    }

    /// One of those threads; whoever drops it waits for its end.
    private final class Closer: Sendable {
        private let thread: WorkerThread

        init(_ closing: Closing) throws(BPFError) {
            thread = try WorkerThread(name: "ns-disarm", closing.run)
        }
    }

    /// Leaves the links to the kernel, which closes them when this process ends.
    func leaveOpen() {
        elements.withLock { elements in
            for element in elements { element.leaveOpen() }
            elements.removeAll()
        }
    }
}
