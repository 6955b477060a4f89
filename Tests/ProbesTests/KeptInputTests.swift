import Fuzzing
import TestSupport
import Testing

/// Inputs of the fuzzer that reached something of their own, and all that were ever taken badly.
@Suite struct `Inputs that a fuzzer made` {
    private static let folder =
        #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/hostile"

    @Test func `are taken as they should be`() throws {
        let names = try fileNames(in: Self.folder).sorted()
        let bases = try BaseBinary.all()
        for name in names {
            let bytes = try readFile("\(Self.folder)/\(name)")
            let input = bytes.withUnsafeBytes { FuzzInput($0, bases: bases) }
            let measured = MeasuredRun(of: input.source)
            #expect(measured.run.contradictions == [], "\(name): \(input.description)")
            // Without optimisation it takes ten times as long; `make fuzz`, which reads these first, is exact.
            #expect(measured.seconds < 10 * MeasuredRun.secondsLimit, "\(name): \(input.description)")
        }
        #expect(names.count > 20)
    }
}
