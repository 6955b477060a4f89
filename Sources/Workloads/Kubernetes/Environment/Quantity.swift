/// An amount of a resource as Kubernetes writes it: "500m", "1.5Gi", "1e3" (apimachinery, pkg/api/resource). Exact.
struct Quantity: Equatable, Sendable {
    private let mantissa: Int128
    private let decimalExponent: Int
    private let binaryExponent: Int

    /// Nil for a text of another form, and for what no resource has that much of.
    init?(_ text: String) {
        var rest = Substring(text)
        let sign: Int128 = rest.first == "-" ? -1 : 1
        if let first = rest.first, "+-".contains(first) { rest.removeFirst() }
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest.removeFirst(whole.count)
        var fraction = Substring()
        if rest.first == "." {
            rest.removeFirst()
            fraction = rest.prefix { $0.isASCII && $0.isNumber }
            rest.removeFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty, whole.count + fraction.count <= 18,
            let number = Int128(String(whole + fraction)), let exponents = Self.exponents(of: rest)
        else { return nil }
        mantissa = sign * number
        decimalExponent = exponents.decimal - fraction.count
        binaryExponent = exponents.binary
    }

    /// How many thousandths, or how many wholes, rounded up; nil when 64 bits don't hold it.
    func rounded(thousandths: Bool) -> Int64? {
        let exponent = decimalExponent + (thousandths ? 3 : 0)
        guard let number = times(mantissa, 10, exponent).flatMap({ times($0, 2, binaryExponent) }) else { return nil }
        let divisor = exponent < 0 ? times(1, 10, -exponent) : 1
        guard let divisor else { return nil }
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return Int64(exactly: quotient + (remainder > 0 ? 1 : 0))
    }

    private func times(_ number: Int128, _ base: Int128, _ exponent: Int) -> Int128? {
        var product = number
        for _ in 0..<max(0, exponent) {
            let (next, overflow) = product.multipliedReportingOverflow(by: base)
            if overflow { return nil }
            product = next
        }
        return product
    }

    private static func exponents(of suffix: Substring) -> (decimal: Int, binary: Int)? {
        let decimal = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]
        if let exponent = decimal[String(suffix)] { return (exponent, 0) }
        let binary = ["Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60]
        if let exponent = binary[String(suffix)] { return (0, exponent) }
        guard let first = suffix.first, "eE".contains(first), let exponent = Int(suffix.dropFirst()),
            (-18...18).contains(exponent)
        else { return nil }
        return (exponent, 0)
    }
}
