package import CBPF
import CLibbpf
import Glibc

/// A loaded BPF object: its programs and maps live in the kernel as long as it, or a link or map made of it, does.
package struct BPFObject: ~Copyable, Sendable {
    package let name: String
    /// What its uprobe programs were loaded for.
    package let attachKind: AttachKind
    private let opened: OpenedObject
    private var object: OpaquePointer { opened.pointer }

    /// Loads an image with maps of its own.
    package init(_ image: ns_image, name: String, attachKind: AttachKind = .multi) throws(BPFError) {
        let opened = try OpenedObject(image, name: name)
        try opened.load(name: name, attachKind: attachKind)
        self.opened = opened
        self.name = name
        self.attachKind = attachKind
    }

    /// Loads an image that uses the maps of another object wherever both declare one of the same name, and is attached
    /// as that one.
    package init(_ image: ns_image, name: String, sharingMapsOf other: borrowing BPFObject) throws(BPFError) {
        let opened = try OpenedObject(image, name: name)
        try opened.reuseMaps(of: other.opened, name: name)
        try opened.load(name: name, attachKind: other.attachKind)
        self.opened = opened
        self.name = name
        attachKind = other.attachKind
    }

    /// The same, and uses the maps of a third object that the other doesn't have.
    package init(
        _ image: ns_image, name: String, sharingMapsOf other: borrowing BPFObject, and third: borrowing BPFObject
    ) throws(BPFError) {
        let opened = try OpenedObject(image, name: name)
        try opened.reuseMaps(of: third.opened, name: name)
        try opened.reuseMaps(of: other.opened, name: name)
        try opened.load(name: name, attachKind: other.attachKind)
        self.opened = opened
        self.name = name
        attachKind = other.attachKind
    }

    func has(program: String) -> Bool { bpf_object__find_program_by_name(object, program) != nil }

    /// A program's descriptor, valid while this object is.
    func descriptor(ofProgram program: String) throws(BPFError) -> Int32 {
        guard let found = bpf_object__find_program_by_name(object, program) else {
            throw BPFError("find program", on: "\(name)/\(program)", code: ENOENT)
        }
        let descriptor = bpf_program__fd(found)
        if descriptor < 0 { throw BPFError("use program", on: "\(name)/\(program)", code: -descriptor) }
        return descriptor
    }

    /// A map by its name in the object. Fails when it has keys or values of another size.
    package func map<Key: BitwiseCopyable, Value: BitwiseCopyable>(
        _ map: String, key: Key.Type = Key.self, value: Value.Type = Value.self
    ) throws(BPFError) -> BPFMap<Key, Value> {
        let found = try find(map: map)
        let subject = "\(name)/\(map)"
        guard Int(bpf_map__key_size(found)) == MemoryLayout<Key>.size,
            Int(bpf_map__value_size(found)) == MemoryLayout<Value>.size
        else { throw BPFError("use map", on: subject, code: EMSGSIZE) }
        return BPFMap(try OwnedDescriptor.duplicate(of: bpf_map__fd(found), for: subject), name: subject)
    }

    /// The descriptor of a ring buffer, kept by whoever reads it.
    func ring(_ map: String) throws(BPFError) -> OwnedDescriptor {
        let found = try find(map: map)
        let subject = "\(name)/\(map)"
        guard bpf_map__type(found) == BPF_MAP_TYPE_RINGBUF else {
            throw BPFError("use ring", on: subject, code: EINVAL)
        }
        return try OwnedDescriptor.duplicate(of: bpf_map__fd(found), for: subject)
    }

    /// Names and descriptors of all maps; the descriptors are valid while this object is.
    var maps: [(name: String, descriptor: Int32)] {
        var maps: [(String, Int32)] = []
        var map = bpf_object__next_map(object, nil)
        while let current = map {
            maps.append((bpf_map__name(current).map { String(cString: $0) } ?? "", bpf_map__fd(current)))
            map = bpf_object__next_map(object, current)
        }
        return maps
    }

    private func find(map: String) throws(BPFError) -> OpaquePointer {
        guard let found = bpf_object__find_map_by_name(object, map) else {
            throw BPFError("find map", on: "\(name)/\(map)", code: ENOENT)
        }
        return found
    }
}

/// A parsed object and, once loaded, the descriptors of its programs and maps.
private final class OpenedObject: Sendable {
    // Changed only before it is handed out loaded; libbpf's look-ups read.
    nonisolated(unsafe) let pointer: OpaquePointer

    init(_ image: ns_image, name: String) throws(BPFError) {
        let ((object, code), log) = LibbpfLog.during {
            name.withCString { name in
                var options = bpf_object_open_opts()
                options.sz = MemoryLayout<bpf_object_open_opts>.size
                options.object_name = name
                return (bpf_object__open_mem(image.bytes, image.size, &options), errno)
            }
        }
        guard let object else { throw BPFError("open object", on: name, code: code, log: log) }
        pointer = object
    }

    deinit {
        bpf_object__close(pointer)
    }

    func reuseMaps(of other: OpenedObject, name: String) throws(BPFError) {
        var map = bpf_object__next_map(pointer, nil)
        while let current = map {
            let mapName = bpf_map__name(current).map { String(cString: $0) } ?? ""
            // What libbpf made of an object's constants and variables is that object's own, whatever it is called.
            if !bpf_map__is_internal(current), let shared = bpf_object__find_map_by_name(other.pointer, mapName) {
                let (result, log) = LibbpfLog.during { bpf_map__reuse_fd(current, bpf_map__fd(shared)) }
                if result < 0 { throw BPFError("share map", on: "\(name)/\(mapName)", code: -result, log: log) }
            }
            map = bpf_object__next_map(pointer, current)
        }
    }

    /// The attach type of a uprobe program is fixed at load.
    func load(name: String, attachKind: AttachKind) throws(BPFError) {
        var program = bpf_object__next_program(pointer, nil)
        while let current = program {
            if bpf_program__section_name(current).map({ String(cString: $0) }) == "uprobe" {
                let result = bpf_program__set_expected_attach_type(current, attachKind.expectedAttachType)
                if result < 0 { throw BPFError("set attach type", on: name, code: -result) }
            }
            program = bpf_object__next_program(pointer, current)
        }
        let (result, log) = LibbpfLog.during { bpf_object__load(pointer) }
        if result < 0 { throw BPFError("load object", on: name, code: -result, log: log) }
    }
}
