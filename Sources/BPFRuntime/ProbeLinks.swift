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

        func close() {
            link.withLock { $0 = nil }
        }

        func leaveOpen() {
            link.withLock { $0.take()?.leaveOpen() }
        }
    }

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

    /// Takes the breakpoints out: about 50 ms.
    package func close() {
        let closed = elements.withLock { elements in
            defer { elements.removeAll() }
            return elements
        }
        // Each closing waits for all that runs in the kernel, about 25 ms (uprobe_multi) or 100 ms (perf): together, they wait
        // for the same.
        WorkerThread.runTogether(closed.map { element in { @Sendable in element.close() } }[...])
    }

    /// Leaves the links to the kernel, which closes them when this process ends.
    func leaveOpen() {
        elements.withLock { elements in
            for element in elements { element.leaveOpen() }
            elements.removeAll()
        }
    }
}
