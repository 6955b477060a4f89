import TestSupport
import Testing

@Suite(.enabled(if: Lab.obstacle == nil, Comment(rawValue: Lab.obstacle ?? ""))) struct `On other kernels` {
    private struct Column: Sendable {
        let kernel: Kernel
        let release: String
        /// By the features that were looked at; empty for one that works.
        let problems: [Feature: [String]]
    }

    @Test func `programs are traced as on this one, and one that is too old is refused`() async throws {
        // The one that takes longest first.
        let kernels = Lab.kernels.filter(\.isUsual) + Lab.kernels.filter { !$0.isUsual }
        let columns = try await withThrowingTaskGroup { group in
            for kernel in kernels { group.addTask { try Self.examine(kernel) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        var table = FeatureTable()
        for kernel in Lab.kernels {
            let column = try #require(columns.first { $0.kernel.suite == kernel.suite })
            #expect(column.release.hasPrefix(kernel.series ?? ""))
            for (feature, problems) in column.problems {
                #expect(problems == [], "\(feature.rawValue) on Linux \(column.release)")
            }
            table.add(column.release, column.problems)
        }
        print(table)
    }

    private static func examine(_ kernel: Kernel) throws -> Column {
        let features = Lab.features(on: kernel)
        let load = Lab.load(on: kernel)
        var runs: [String] = []
        for run in features.flatMap({ $0.runs(on: kernel, load: load) }) where !runs.contains(run) { runs.append(run) }
        let guest = try Guest(kernel, runs: runs, releases: load.releases, limit: Lab.limit(on: kernel))
        let results = GuestResults(guest, of: kernel, load: load)
        var problems: [Feature: [String]] = [:]
        for feature in features {
            do {
                problems[feature] = try feature.problems(of: results)
            } catch {
                problems[feature] = [String("\(error)".suffix(1000))]
            }
        }
        return Column(kernel: kernel, release: guest.release, problems: problems)
    }
}
