import Glibc
import TestSupport
import Testing

/// What is to be run where: all of it, when NODESPAN_KERNEL_LAB says "whole". Otherwise what doesn't take long.
private enum Lab {
    #if arch(x86_64)
        static let obstacle: String? = {
            if access("/usr/bin/qemu-system-x86_64", X_OK) != 0 {
                return "needs qemu-system-x86: run `make setup-tests`"
            }
            if access("/bin/busybox", X_OK) != 0 { return "needs busybox-static: run `make setup-tests`" }
            return nil
        }()
    #else
        static let obstacle: String? = "needs x86-64"
    #endif

    static let isWhole = getenv("NODESPAN_KERNEL_LAB").map { String(cString: $0) } == "whole"

    static func features(on kernel: Kernel) -> [Feature] {
        let all = Feature.all(of: kernel)
        guard !isWhole, kernel.suite != Kernel.usual.suite else { return all }
        return all.filter { [.httpServer, .attachKinds, .healing, .doctor, .refusal].contains($0) }
    }

    static func load(on kernel: Kernel) -> Feature.Load {
        isWhole && kernel.suite == Kernel.usual.suite
            ? Feature.Load(requests: 10_000, seconds: 600) : Feature.Load(requests: 500, seconds: 9)
    }
}

@Suite(.enabled(if: Lab.obstacle == nil, Comment(rawValue: Lab.obstacle ?? ""))) struct `On other kernels` {
    @Test func `programs are traced as on this one, and one that is too old is refused`() throws {
        var table = FeatureTable()
        for kernel in Kernel.all {
            let features = Lab.features(on: kernel)
            let load = Lab.load(on: kernel)
            var runs: [String] = []
            for run in features.flatMap({ $0.runs(on: kernel, load: load) }) where !runs.contains(run) {
                runs.append(run)
            }
            let guest = try Guest(kernel, runs: runs, limit: Lab.isWhole ? 2400 : 300)
            #expect(guest.release.hasPrefix(kernel.series ?? ""))
            let results = GuestResults(guest, of: kernel, requests: load.requests)
            var problems: [Feature: [String]] = [:]
            for feature in features {
                problems[feature] = Result { try feature.problems(of: results) }.problems
                #expect(problems[feature] == [], "\(feature.rawValue) on Linux \(guest.release)")
            }
            table.add(guest.release, problems)
        }
        print(table)
    }
}

extension Result where Success == [String] {
    /// An error is one, too.
    fileprivate var problems: [String] {
        switch self {
        case .success(let problems): problems
        case .failure(let error): [String("\(error)".suffix(1000))]
        }
    }
}
