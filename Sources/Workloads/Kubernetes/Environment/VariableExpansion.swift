/// `$(NAME)` in the value of a variable, as the kubelet replaces it (k8s.io/kubernetes,
/// third_party/forked/golang/expansion): by the value of a variable defined before; what names none stays as it is, and
/// `$$` is a dollar sign.
enum VariableExpansion {
    /// Nil when the result is longer than the limit, in bytes: values that hold others twice double with each.
    static func expand(_ text: String, limit: Int, value: (String) -> String?) -> String? {
        let dollar = UInt8(ascii: "$")
        guard text.utf8.contains(dollar) else { return text.utf8.count <= limit ? text : nil }
        let bytes = Array(text.utf8)
        // Without a closing parenthesis to come, none has to be looked for each time.
        let lastClose = bytes.lastIndex(of: UInt8(ascii: ")")) ?? -1
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let next = place + 1 < bytes.count ? bytes[place + 1] : 0
            if bytes[place] != dollar || ![dollar, UInt8(ascii: "(")].contains(next) {
                result.append(bytes[place])
                place += 1
            } else if next == dollar {
                result.append(dollar)
                place += 2
            } else if place < lastClose, let close = bytes[place...].firstIndex(of: UInt8(ascii: ")")) {
                let name = String(decoding: bytes[(place + 2)..<close], as: UTF8.self)
                result += value(name).map { Array($0.utf8) } ?? Array(bytes[place...close])
                place = close + 1
            } else {
                result += bytes[place..<(place + 2)]
                place += 2
            }
            if result.count > limit { return nil }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
