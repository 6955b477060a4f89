import CLibbpf
import Glibc

/// A map with fixed key and value layouts; it keeps the map alive. Any thread may use it: each call is one system call.
package struct BPFMap<Key: BitwiseCopyable, Value: BitwiseCopyable>: ~Copyable, Sendable {
    /// "object/map".
    package let name: String
    private let descriptor: OwnedDescriptor

    init(_ descriptor: consuming OwnedDescriptor, name: String) {
        self.name = name
        self.descriptor = descriptor
    }

    /// The value of a key, nil when there is none.
    package func value(of key: Key) throws(BPFError) -> Value? {
        var key = key
        let outcome = withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { buffer in
            let result = bpf_map_lookup_elem(descriptor.number, &key, buffer.baseAddress)
            return result < 0 ? (nil, -result) : (buffer[0], 0)
        }
        if outcome.1 != 0, outcome.1 != ENOENT { throw BPFError("look up in map", on: name, code: outcome.1) }
        return outcome.0
    }

    /// Inserts or replaces. Fails with E2BIG when the map is full.
    package func set(_ value: Value, for key: Key) throws(BPFError) {
        var (key, value) = (key, value)
        let result = bpf_map_update_elem(descriptor.number, &key, &value, UInt64(BPF_ANY))
        if result < 0 { throw BPFError("update map", on: name, code: -result) }
    }

    /// Replaces a value. False when there is none.
    package func replace(_ value: Value, for key: Key) throws(BPFError) -> Bool {
        var (key, value) = (key, value)
        let result = bpf_map_update_elem(descriptor.number, &key, &value, UInt64(BPF_EXIST))
        if result < 0, result != -ENOENT { throw BPFError("update map", on: name, code: -result) }
        return result == 0
    }

    /// Whether there was an entry to remove.
    @discardableResult
    package func remove(_ key: Key) throws(BPFError) -> Bool {
        var key = key
        let result = bpf_map_delete_elem(descriptor.number, &key)
        if result < 0, result != -ENOENT { throw BPFError("delete from map", on: name, code: -result) }
        return result == 0
    }

    /// All keys, in no order. While others change the map, a key may be missed, and one may come twice.
    package func keys() throws(BPFError) -> [Key] {
        var keys: [Key] = []
        var next = try key(after: nil)
        while let key = next {
            keys.append(key)
            next = try self.key(after: key)
        }
        return keys
    }

    /// Entries now: all of an array map, those set of a hash map.
    package func count() throws(BPFError) -> Int {
        try keys().count
    }

    private func key(after previous: Key?) throws(BPFError) -> Key? {
        let outcome = withUnsafeTemporaryAllocation(of: Key.self, capacity: 1) { buffer in
            let result: Int32
            if var previous {
                result = bpf_map_get_next_key(descriptor.number, &previous, buffer.baseAddress)
            } else {
                result = bpf_map_get_next_key(descriptor.number, nil, buffer.baseAddress)
            }
            return result < 0 ? (nil, -result) : (buffer[0], 0)
        }
        if outcome.1 != 0, outcome.1 != ENOENT { throw BPFError("iterate map", on: name, code: outcome.1) }
        return outcome.0
    }
}
