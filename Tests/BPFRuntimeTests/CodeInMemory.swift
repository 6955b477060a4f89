import Glibc
import TestSupport
import Testing

/// The byte at each file offset of the executable's code, as the process has it in memory.
func code(of pid: Int32, executable: String, at offsets: [UInt64]) throws -> [UInt8] {
    let maps = String(decoding: try readFile("/proc/\(pid)/maps"), as: UTF8.self)
    let segments = maps.split(separator: "\n").filter { $0.hasSuffix(" " + executable) && $0.contains("r-xp") }
        .map { line in line.split(separator: " ").flatMap { $0.split(separator: "-") }.map { UInt64($0, radix: 16) } }
    let memory = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
    defer { close(memory) }
    return try offsets.map { offset in
        let address = segments.compactMap { fields -> UInt64? in
            // START, END, PERMISSIONS in two parts as they hold a dash, OFFSET.
            guard let start = fields[0], let end = fields[1], let first = fields[4], offset >= first,
                offset - first < end - start
            else { return nil }
            return start + (offset - first)
        }.first
        let place = off_t(try #require(address))
        var byte: UInt8 = 0
        #expect(pread(memory, &byte, 1, place) == 1)
        return byte
    }
}

/// Whether the process's code is `expected`, now or within five seconds. After a disarm it is so at once, unless a child that
/// another test was starting in that moment had inherited the links: they end when it executes its program.
func code(
    of pid: Int32, executable: String, at offsets: [UInt64], becomes expected: [UInt8]
) throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(5)
    while try code(of: pid, executable: executable, at: offsets) != expected {
        if ContinuousClock.now > deadline { return false }
        sched_yield()
    }
    return true
}

/// File offset of a symbol's first instruction, from nm and readelf.
func firstInstruction(of symbol: String, in binary: String) throws -> UInt64 {
    let symbols = try Command.run(["/usr/bin/nm", binary]).output
    let line = try #require(symbols.split(separator: "\n").first { $0.hasSuffix(" " + symbol) })
    let address = try #require(UInt64(line.prefix { $0 != " " }, radix: 16))
    let headers = try Command.run(["/usr/bin/readelf", "-lW", binary]).output
    for header in headers.split(separator: "\n") {
        // LOAD 0xOFFSET 0xVIRTUAL 0xPHYSICAL 0xFILESIZE ...
        let numbers = header.split(separator: " ").map { UInt64($0.dropFirst(2), radix: 16) }
        guard header.contains("LOAD"), let offset = numbers[1], let start = numbers[2], let size = numbers[4],
            address >= start, address - start < size
        else { continue }
        return address - start + offset
    }
    throw NoSegment(symbol: symbol)
}

struct NoSegment: Error {
    let symbol: String
}
