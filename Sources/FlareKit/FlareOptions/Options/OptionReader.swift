/// Reads YAML as options, by their descriptions alone: the same for built-in plugins and those from outside.
///
/// Complaints go to the context, and reading goes on, so that one reading finds all faults.
package struct OptionReader {
    let type: OptionType
    let unit: String?
    let range: OptionRange?

    package init(type: OptionType, unit: String? = nil, range: OptionRange? = nil) {
        self.type = type
        self.unit = unit
        self.range = range
    }

    init(_ option: OptionDescription) {
        self.init(type: option.type, unit: option.unit, range: option.range)
    }

    /// What is expected, as a phrase: `a whole number of flows, at least 1`.
    var expectation: String {
        var phrase = type.phrase
        if let unit { phrase += type == .integer || type == .number ? " of \(unit)" : " (\(unit))" }
        if let bounds = range?.phrase { phrase += ", \(bounds)" }
        return phrase
    }

    /// - Parameter name: how complaints call the value, such as `rules[2].ports`; empty for the whole.
    /// - Returns: `nil` after a complaint.
    package func read(_ node: YAMLNode, named name: String, _ context: inout DecodingContext) -> OptionDatum? {
        switch type {
        case .list(let element): readList(node, of: element, named: name, &context)
        case .map(let value): readMap(node, of: value, named: name, &context)
        case .object(let options):
            if let mapping = node.mapping {
                Self.readObject(mapping, options, at: node.mark, named: name, &context).map(OptionDatum.object)
            } else {
                refuse(node, named: name, &context)
            }
        case .any(let types): readAny(node, of: types, named: name, &context)
        case .secret: readSecret(node, named: name, &context)
        default: readScalar(node, named: name, &context)
        }
    }

    private func readScalar(_ node: YAMLNode, named name: String, _ context: inout DecodingContext) -> OptionDatum? {
        guard let scalar = node.scalar else { return refuse(node, named: name, &context) }
        guard let resolved = context.resolve(scalar, at: node.mark) else { return nil }
        guard let datum = OptionScalar.read(resolved.value, as: type, in: node.mark.source, context.environment)
        else {
            let refusal = OptionScalar.refusal(of: resolved, type: type, range: range)
            context.complain(
                Self.prefixed(name, refusal.message), at: node.mark, expected: expectation,
                suggestion: refusal.suggestion)
            return nil
        }
        if let range, !range.contains(datum) {
            context.complain(
                Self.prefixed(name, "\(resolved.shown) is out of range"), at: node.mark, expected: expectation)
            return nil
        }
        return datum
    }

    private func readList(
        _ node: YAMLNode, of element: OptionType, named name: String, _ context: inout DecodingContext
    ) -> OptionDatum? {
        guard let elements = node.elements else {
            let single = node.scalar.map { $0.value == .null ? "[]" : "[\($0.text)]" }
            return refuse(node, named: name, suggestion: single.map { "write \($0)" }, &context)
        }
        let reader = OptionReader(type: element, unit: unit, range: range)
        let data = elements.enumerated().map { reader.read($1, named: "\(name)[\($0)]", &context) }
        return data.contains { $0 == nil } ? nil : .list(data.compactMap { $0 })
    }

    private func readMap(
        _ node: YAMLNode, of value: OptionType, named name: String, _ context: inout DecodingContext
    ) -> OptionDatum? {
        guard let mapping = node.mapping else { return refuse(node, named: name, &context) }
        let reader = OptionReader(type: value)
        var values: [String: OptionDatum] = [:]
        var isWhole = true
        for entry in mapping.entries {
            if let datum = reader.read(entry.value, named: Self.join(name, entry.key), &context) {
                values[entry.key] = datum
            } else {
                isWhole = false
            }
        }
        return isWhole ? .object(values) : nil
    }

    private func readAny(
        _ node: YAMLNode, of types: [OptionType], named name: String, _ context: inout DecodingContext
    ) -> OptionDatum? {
        for type in types {
            var attempt = context
            attempt.forgetComplaints()
            if let datum = OptionReader(type: type).read(node, named: name, &attempt), !attempt.hasErrors {
                return datum
            }
            if case .object = type, node.mapping != nil {
                return OptionReader(type: type).read(node, named: name, &context)
            }
        }
        guard let scalar = node.scalar else { return refuse(node, named: name, &context) }
        guard let resolved = context.resolve(scalar, at: node.mark) else { return nil }
        let words = types.flatMap(Self.words(of:))
        context.complain(
            Self.prefixed(name, "\(OptionScalar.quoted(resolved)) does not fit"), at: node.mark, expected: expectation,
            suggestion: NearestName.suggestion(for: resolved.shown, among: words)
                ?? types.lazy.compactMap { OptionScalar.suggestion(for: resolved, type: $0) }.first)
        return nil
    }

    private func readSecret(_ node: YAMLNode, named name: String, _ context: inout DecodingContext) -> OptionDatum? {
        let variable = node.scalar.flatMap { try? EnvironmentReferences($0.text) }?.onlyVariable
        guard let scalar = node.scalar, variable != nil else {
            context.conceal(node)
            context.complain(
                Self.prefixed(name, "a secret is not written in configuration"), at: node.mark,
                expected: "${NAME} of an environment variable",
                suggestion: "or give its file: \(Secret.fileOption(of: name)): PATH")
            return nil
        }
        let quoted = YAMLScalar(scalar.text, style: .quoted)
        guard let resolved = context.resolve(quoted, at: node.mark), case .text(let text) = resolved.value else {
            return nil
        }
        guard !text.isEmpty else {
            context.complain(Self.prefixed(name, "the environment variable of the secret is empty"), at: node.mark)
            return nil
        }
        return .secret(Secret(text))
    }

    @discardableResult
    private func refuse(
        _ node: YAMLNode, named name: String, suggestion: String? = nil, _ context: inout DecodingContext
    ) -> OptionDatum? {
        let found =
            switch node.content {
            case .sequence: "a list does not fit"
            case .mapping: "a mapping does not fit"
            case .scalar(let scalar): scalar.value == .null ? "it has no value" : "a single value does not fit"
            }
        // Somebody who writes auth: hunter2 meant a secret by it.
        if type.holdsSecret { context.conceal(node) }
        context.complain(
            Self.prefixed(name, found), at: node.mark, expected: expectation, suggestion: suggestion)
        return nil
    }

    private static func words(of type: OptionType) -> [String] {
        if case .choice(let words) = type { words } else { [] }
    }

    static func prefixed(_ name: String, _ message: String) -> String {
        name.isEmpty ? message : "\(name): \(message)"
    }

    static func join(_ name: String, _ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
}
