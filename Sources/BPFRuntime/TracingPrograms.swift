package import CBPF
import Glibc

/// The BPF objects whose programs make spans and pass trace contexts on; they share the maps of one process watch.
package final class TracingPrograms: Sendable {
    /// An object carried inside the executable.
    package struct Image: Sendable {
        package let name: String
        let image: @Sendable () -> ns_image

        package init(_ name: String, _ image: @escaping @Sendable () -> ns_image) {
            self.name = name
            self.image = image
        }
    }

    private final class Element: Sendable {
        let object: BPFObject

        init(_ object: consuming BPFObject) {
            self.object = object
        }
    }

    private let objects: [Element]
    /// Why the objects that write to the memory of traced programs are not among them.
    package let writeObstacle: BPFError?

    /// - Parameters:
    ///   - images: what must be there.
    ///   - writers: what writes to the memory of traced programs, which not every kernel lets it; all of it, or none. Nil when
    ///     it isn't wanted.
    package init(
        _ images: [Image], writers: [Image]?, sharingMapsOf watch: borrowing ProcessWatch
    ) throws(BPFError) {
        var objects: [Element] = []
        for image in images { objects.append(try Self.load(image, watch)) }
        var obstacle: BPFError?
        do throws(BPFError) {
            var loaded: [Element] = []
            // What they write from is in one map.
            for image in writers ?? [] { loaded.append(try Self.load(image, watch, sharingMapsOf: loaded.first)) }
            objects += loaded
        } catch {
            obstacle = error
        }
        self.objects = objects
        writeObstacle = obstacle
    }

    private static func load(
        _ image: Image, _ watch: borrowing ProcessWatch, sharingMapsOf other: Element? = nil
    ) throws(BPFError) -> Element {
        if let other {
            let object = try BPFObject(
                image.image(), name: image.name, sharingMapsOf: watch.object, and: other.object)
            return Element(object)
        }
        return Element(try BPFObject(image.image(), name: image.name, sharingMapsOf: watch.object))
    }

    /// Of the objects that are loaded.
    package var names: [String] { objects.map { $0.object.name } }

    /// Bytes that the maps of all of them take, by name; those that they share are counted once.
    package func mapMemory() throws(BPFError) -> [String: UInt64] {
        var sizes: [String: UInt64] = [:]
        for element in objects { sizes.merge(try element.object.mapMemory()) { first, _ in first } }
        return sizes
    }

    /// Whether the programs that write are there, if there are to be any.
    package var mayWrite: Bool { writeObstacle == nil }

    func attach(
        _ program: String, links: ProbeLinks, path: String, sites: [ProbeLinks.Site]
    ) throws(BPFError) {
        guard let element = objects.first(where: { $0.object.has(program: program) }) else {
            throw BPFError("find program", on: program, code: ENOENT)
        }
        try links.attach(program, of: element.object, path: path, sites: sites)
    }
}

extension [TracingPrograms.Image] {
    /// What makes spans.
    package static var all: [TracingPrograms.Image] {
        [
            TracingPrograms.Image("http_server", ns_image_http_server),
            TracingPrograms.Image("http_client", ns_image_http_client),
            TracingPrograms.Image("grpc_server", ns_image_grpc_server),
            TracingPrograms.Image("grpc_client", ns_image_grpc_client),
        ]
    }

    /// What writes the headers of requests.
    package static var writers: [TracingPrograms.Image] {
        [
            TracingPrograms.Image("http_propagation", ns_image_http_propagation),
            TracingPrograms.Image("grpc_propagation", ns_image_grpc_propagation),
        ]
    }
}

extension BPFError {
    /// The kernel has no `bpf_probe_write_user` for anyone: lockdown forbids it (kernel/trace/bpf_trace.c,
    /// bpf_get_probe_write_proto), and the verifier names the helper that it can't find.
    package var isAboutWriting: Bool { log.contains("bpf_probe_write_user") && code == EINVAL }
}
