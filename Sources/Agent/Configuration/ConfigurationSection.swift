import Yams

/// A mapping in the file. What is wrong with it is gathered in `problems`, and counts as absent here.
struct ConfigurationSection {
    /// "rules[0].match"; empty for the whole file.
    let path: String
    private let node: Node.Mapping
    private let problems: ConfigurationProblems

    /// - Parameter known: all keys that it may have.
    init(_ node: Node, path: String, known: [String], problems: ConfigurationProblems) {
        self.path = path
        self.problems = problems
        guard case .mapping(let mapping) = node else {
            if node.null == nil {
                problems.add(line: node.mark?.line, key: path, "is to be a mapping of \(known.joined(separator: ", "))")
            }
            self.node = Node.Mapping([])
            return
        }
        self.node = mapping
        for (key, _) in mapping {
            let name = key.string ?? ""
            guard !known.contains(name) else { continue }
            let hint = NearestName.find(name, among: known).map { "; did you mean \($0)?" }
            let all = "; known are \(known.joined(separator: ", "))"
            problems.add(line: key.mark?.line, key: joined(name), "is no key here\(hint ?? all)")
        }
    }

    /// Of all of it.
    func complain(_ message: String) {
        problems.add(line: node.mark?.line, key: path, message)
    }

    func complain(_ key: String, _ message: String) {
        problems.add(line: node[Node(key)]?.mark?.line ?? node.mark?.line, key: joined(key), message)
    }

    func has(_ key: String) -> Bool { value(key) != nil }

    /// A scalar as it is written; nil for an empty one.
    func text(_ key: String) -> String? {
        guard let value = value(key) else { return nil }
        guard case .scalar(let scalar) = value else {
            complain(key, "is to be a single value")
            return nil
        }
        return scalar.string
    }

    /// A sequence of scalars, or one scalar for a sequence of one.
    func texts(_ key: String) -> [String]? {
        guard let value = value(key) else { return nil }
        if case .scalar(let scalar) = value { return [scalar.string] }
        guard case .sequence(let sequence) = value else {
            complain(key, "is to be a value, or a list of values")
            return nil
        }
        return sequence.enumerated().compactMap { index, element in
            if case .scalar(let scalar) = element { return scalar.string }
            problems.add(line: element.mark?.line, key: "\(joined(key))[\(index)]", "is to be a single value")
            return nil
        }
    }

    func flag(_ key: String) -> Bool? {
        guard let value = value(key) else { return nil }
        if let flag = value.bool { return flag }
        complain(key, "is to be true or false")
        return nil
    }

    /// Names and texts, in the order of the file.
    func pairs(_ key: String) -> [(key: String, value: String)] {
        guard let value = value(key) else { return [] }
        guard case .mapping(let mapping) = value else {
            complain(key, "is to be a mapping of names to values")
            return []
        }
        return mapping.compactMap { name, value in
            if let name = name.string, case .scalar(let scalar) = value { return (name, scalar.string) }
            problems.add(
                line: name.mark?.line, key: "\(joined(key)).\(name.string ?? "?")", "is to be a single value")
            return nil
        }
    }

    func section(_ key: String, known: [String]) -> ConfigurationSection? {
        value(key).map { ConfigurationSection($0, path: joined(key), known: known, problems: problems) }
    }

    func sections(_ key: String, known: [String]) -> [ConfigurationSection] {
        guard let value = value(key) else { return [] }
        guard case .sequence(let sequence) = value else {
            complain(key, "is to be a list")
            return []
        }
        return sequence.enumerated().map { index, element in
            ConfigurationSection(element, path: "\(joined(key))[\(index)]", known: known, problems: problems)
        }
    }

    private func value(_ key: String) -> Node? {
        node[Node(key)].flatMap { $0.null == nil ? $0 : nil }
    }

    private func joined(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
