import GoBinary

/// A file of which a few bytes read differently, or that ends early.
struct DamagedByteSource: ByteSource {
    let original: MemoryByteSource
    var size: UInt64
    var changes: [UInt64: UInt8] = [:]

    init(_ original: MemoryByteSource) {
        self.original = original
        size = original.size
    }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int {
        let count = min(try original.read(at: offset, into: buffer), Int(clamping: size.subtracting(offset)))
        for (position, byte) in changes where position >= offset && position - offset < UInt64(count) {
            buffer[Int(position - offset)] = byte
        }
        return count
    }
}

extension UInt64 {
    fileprivate func subtracting(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

/// Everything that an agent asks of a binary, as far as it gets.
struct Analysis: Equatable {
    var error: GoBinaryError?
    var functions: [String: Function] = [:]
    var structs: [StructLayout] = []
    var map: MapLayout?

    private static let names: Set = [
        "net/http.(*conn).serve", "net/http.serverHandler.ServeHTTP", "runtime.newproc1", "main.main",
    ]
    private static let types = [
        ("net/http", "Request"), ("net/http", "response"), ("net/url", "URL"), ("runtime", "g"),
        ("context", "valueCtx"),
    ]

    init(_ source: some ByteSource, _ budget: AnalysisBudget = AnalysisBudget()) {
        do throws(GoBinaryError) {
            let binary = try GoBinary.read(from: source, budget: budget)
            functions = try binary.functions(named: Self.names)
            for function in functions.values {
                _ = try binary.code(of: function)
                _ = try binary.functionContaining(function.address)
            }
            for (package, name) in Self.types {
                guard let layout = try binary.structLayout(package: package, name: name) else { continue }
                structs.append(layout)
                for field in layout.fields { _ = try binary.elementType(of: field.typeAddress) }
            }
            map = try binary.mapLayout(package: "net/http", name: "Header")
        } catch {
            self.error = error
        }
    }
}
