internal import CBPF
internal import GoBinary

/// What tells the goroutine that started another one, and when.
struct GoroutineFacts {
    /// Where goroutines are made, and numbered (runtime/proc.go).
    static let maker = "runtime.newproc1"

    let binary: GoBinary
    /// `runtime.newproc1`, if it was found.
    let maker: Function?

    /// What isn't there is absent: calls of goroutines that a handler starts are then told by their contexts only.
    func find() throws(PlanningError) -> ns_goroutine_facts {
        var facts = ns_binary_facts.nothingKnown.goroutine
        do throws(GoBinaryError) {
            guard let parent = try offset(of: "parentGoid", in: "g") else { return facts }
            facts.parent_goid = parent
            guard let m = try offset(of: "m", in: "g"), let p = try offset(of: "p", in: "m"),
                let cache = try offset(of: "goidcache", in: "p"), let end = try offset(of: "goidcacheend", in: "p"),
                UInt64(end) == UInt64(cache) + 8
            else { return facts }
            facts.m = m
            facts.p = p
            facts.goid_cache = cache
            if let counter = try counter() { facts.goid_counter = counter }
        } catch {
            try error.rethrowUnlessShape()
        }
        return facts
    }

    private func offset(of field: String, in type: String) throws(GoBinaryError) -> ns_offset? {
        let layout = try binary.structLayout(package: "runtime", name: type, match: .exact)
        guard let field = layout?.field(named: field), [.uint64, .uintptr, .pointer].contains(field.kind) else {
            return nil
        }
        return ns_offset(fitting: field.offset)
    }

    /// Bytes from the start of the code to `runtime.sched.goidgen`.
    private func counter() throws(GoBinaryError) -> UInt32? {
        guard binary.architecture == .amd64, let maker, let start = binary.firstCode else { return nil }
        guard let address = AddedBatch.counter(in: try binary.code(of: maker), at: maker.address), address >= start
        else {
            return nil
        }
        return UInt32(exactly: address - start)
    }
}
