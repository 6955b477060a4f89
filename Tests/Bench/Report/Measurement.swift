/// One line of the report: a quantity, and its budget if it has one.
struct Measurement {
    enum Unit: String {
        case count = ""
        case nanoseconds = "ns"
        case microseconds = "us"
        case milliseconds = "ms"
        /// 2^20 bytes.
        case megabytes = "MB"
        case perSecond = "/s"

        /// How far over its budget a quantity may be: times differ from machine to machine, counts and bytes don't.
        var tolerance: Double {
            switch self {
            case .count, .megabytes, .perSecond: 1
            case .nanoseconds, .microseconds, .milliseconds: 2
            }
        }

        fileprivate var places: Int {
            switch self {
            case .count: 4
            case .nanoseconds, .perSecond: 0
            case .microseconds: 2
            case .milliseconds, .megabytes: 1
            }
        }
    }

    enum Verdict: String {
        case met
        case over = "over, within twice"
        case exceeded = "EXCEEDED"
        case none = ""
    }

    let name: String
    let value: Double
    let unit: Unit
    /// The most it may be; nil for what is only told.
    let budget: Double?
    /// The lowest and highest of the rounds that `value` is the median of.
    let range: ClosedRange<Double>?

    init(_ name: String, _ value: Double, _ unit: Unit, budget: Double? = nil) {
        self.name = name
        self.value = value
        self.unit = unit
        self.budget = budget
        range = nil
    }

    /// The median of several rounds, at least one.
    init(_ name: String, medianOf values: [Double], _ unit: Unit, budget: Double? = nil) {
        self.name = name
        value = values.median
        self.unit = unit
        self.budget = budget
        range = values.min().flatMap { low in values.max().map { low...$0 } }
    }

    var verdict: Verdict {
        guard let budget else { return .none }
        if value <= budget { return .met }
        return value <= budget * unit.tolerance ? .over : .exceeded
    }

    var measuredText: String { text(value) }
    var budgetText: String { budget.map(text) ?? "" }
    var rangeText: String {
        range.map { "\($0.lowerBound.text(places: unit.places)) - \($0.upperBound.text(places: unit.places))" } ?? ""
    }

    private func text(_ value: Double) -> String {
        let number = value.text(places: unit.places)
        return unit.rawValue.isEmpty ? number : "\(number) \(unit.rawValue)"
    }
}
