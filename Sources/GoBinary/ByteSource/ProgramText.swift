extension String {
    /// What a program has as UTF-8.
    ///
    /// Swift compares and hashes strings in their normal form, for which it sorts the combining marks that follow one
    /// another: a megabyte of nothing else would keep it busy for minutes. So, as in the Stream-Safe Text Format (Unicode
    /// Standard Annex 15), only so many may follow one another; Go's identifiers have none. The others are left out.
    init(programText bytes: some Collection<UInt8>) {
        self.init(decoding: bytes, as: UTF8.self)
        guard bytes.contains(where: { $0 >= 0x80 }) else { return }
        var marks = 0
        var kept = UnicodeScalarView()
        for scalar in unicodeScalars {
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks <= Self.markLimit { kept.append(scalar) }
        }
        self.init(kept)
    }

    private static let markLimit = 30
}
