import Fuzzing
import GoBinary
import TestSupport
import Testing

/// A program of which some words read differently. Not position-independent: its pointers are addresses.
struct PatchedProgram {
    private let whole: GoBinary
    private var source: PatchedByteSource

    init(_ go: GoToolchain, _ fixture: String) throws {
        let bytes = try readFile(try go.build(fixture, mode: .stripped))
        whole = try GoBinary.read(from: MemoryByteSource(bytes))
        source = PatchedByteSource(bytes)
    }

    func read() throws -> GoBinary { try GoBinary.read(from: source) }

    /// Has a field of a struct at another offset (`abi.StructType` and `abi.StructField`, internal/abi/type.go).
    mutating func move(_ field: String, of type: String, in package: String, to offset: UInt64) throws {
        let layout = try #require(try whole.structLayout(package: package, name: type, match: .exact))
        let index = try #require(layout.fields.firstIndex { $0.name == field })
        try set(try word(layout.typeAddress + 56) + 24 * UInt64(index) + 16, to: offset)
    }

    /// Replaces a function's code from its start on, by a call of another function and what follows it.
    mutating func replaceCode(of function: String, withCallOf callee: String, _ code: [UInt8]) throws {
        let function = try #require(try whole.function(named: function))
        let callee = try #require(try whole.function(named: callee))
        let distance = Int32(truncatingIfNeeded: callee.address &- function.address &- 5)
        let call = [0xe8] + withUnsafeBytes(of: distance.littleEndian, Array.init)
        try #require(call.count + code.count <= Int(function.size))
        source.write(call + code, at: function.fileOffset)
    }

    private func word(_ address: UInt64) throws -> UInt64 {
        let offset = try #require(whole.fileOffset(of: address))
        var word: UInt64 = 0
        withUnsafeMutableBytes(of: &word) { _ = source.read(at: offset, into: $0) }
        return UInt64(littleEndian: word)
    }

    private mutating func set(_ address: UInt64, to value: UInt64) throws {
        source.write(
            withUnsafeBytes(of: value.littleEndian, Array.init), at: try #require(whole.fileOffset(of: address)))
    }
}
