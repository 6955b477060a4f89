/// A duration with three digits: "812µs", "1.23ms", "45.6s"; at most eight columns.
struct HumanDuration: Equatable {
    let text: String
    let colour: TerminalColour

    init(nanoseconds: UInt64) {
        text =
            switch nanoseconds {
            case ..<1_000: "\(nanoseconds)ns"
            case ..<1_000_000: Self.digits(nanoseconds, unit: 1_000) + "µs"
            case ..<1_000_000_000: Self.digits(nanoseconds, unit: 1_000_000) + "ms"
            case ..<1_000_000_000_000: Self.digits(nanoseconds, unit: 1_000_000_000) + "s"
            default: Self.digits(nanoseconds, unit: 3_600_000_000_000) + "h"
            }
        colour =
            switch nanoseconds {
            case ..<100_000_000: .plain
            case ..<1_000_000_000: .yellow
            default: .red
            }
    }

    /// Cut, not rounded, so that 999.9 µs doesn't become 1000.
    private static func digits(_ nanoseconds: UInt64, unit: UInt64) -> String {
        let whole = nanoseconds / unit
        let hundredths = nanoseconds % unit / (unit / 100)
        return switch whole {
        case ..<10: "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
        case ..<100: "\(whole).\(hundredths / 10)"
        default: "\(whole)"
        }
    }
}
