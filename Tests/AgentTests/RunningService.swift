import TestSupport
import Testing

/// A Go server that runs.
struct RunningService: ~Copyable {
    let child: ChildProcess
    let address: String

    init(_ arguments: [String]) throws {
        let child = try ChildProcess(arguments)
        var printed = GatheredOutput(of: child)
        printed.gather(for: .seconds(20)) { $0.outputLines > 0 }
        let last = printed.outputText.split(whereSeparator: \.isWhitespace).last
        address = try String(#require(last, "\(printed.errorText)"))
        self.child = child
    }

    init(_ service: ChainService, _ arguments: [String]) throws {
        try self.init([service.build(), service.rawValue] + arguments)
    }
}
