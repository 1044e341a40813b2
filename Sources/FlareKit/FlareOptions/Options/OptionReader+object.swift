extension OptionReader {
    /// Reads a mapping with known names.
    ///
    /// - Parameters:
    ///   - mark: where complaints about what is missing point to.
    ///   - name: how complaints call the mapping; empty for the whole.
    ///   - owner: what the names belong to, as in `unknown option "x" of OWNER`.
    ///   - further: names that are read by someone else.
    /// - Returns: the values that are given and right, by name.
    package static func readObject(
        _ mapping: YAMLMapping, _ options: [OptionDescription], at mark: SourceMark, named name: String,
        owner: String? = nil, further: [String] = [], _ context: inout DecodingContext
    ) -> [String: OptionDatum]? {
        var values: [String: OptionDatum] = [:]
        let errors = context.errorCount
        let byName = Dictionary(options.map { ($0.name, $0) }) { first, _ in first }
        let files = options.filter(\.isSecret).map { Secret.fileOption(of: $0.name) }
        for entry in mapping.entries where !further.contains(entry.key) {
            let place = join(name, entry.key)
            if let option = byName[entry.key] {
                if entry.value.isNull, option.isNullable {
                    values[option.name] = .null
                } else if let datum = OptionReader(option).read(entry.value, named: place, &context) {
                    values[option.name] = datum
                }
            } else if files.contains(entry.key) {
                let secret = String(entry.key.dropLast("_file".count))
                if let other = mapping.entry(secret) {
                    context.complain(
                        "\(place): \"\(secret)\" is given too (line \(other.keyMark.line))", at: entry.keyMark)
                }
                let path = OptionReader(type: .path).read(entry.value, named: place, &context)
                if case .path(let path)? = path, let file = path.file { values[secret] = .secret(Secret(file: file)) }
            } else {
                // Beside a password, any misspelt name may be the one of the password.
                if !files.isEmpty, !name.isEmpty { context.conceal(entry.value) }
                complainUnknown(entry, among: options.map(\.name) + files + further, owner: owner, &context)
            }
        }
        let misspelt = Set(
            mapping.keys.filter { byName[$0] == nil }.compactMap { NearestName.find($0, among: byName.keys.sorted()) })
        for option in options where option.isRequired && mapping[option.name] == nil {
            if misspelt.contains(option.name) { continue }
            if option.isSecret, mapping[Secret.fileOption(of: option.name)] != nil { continue }
            context.complain(
                "\(owner.map { "\($0) needs" } ?? prefixed(name, "there is no")) \"\(option.name)\"", at: mark,
                expected: "\(option.name): \(OptionReader(option).expectation)",
                suggestion: option.meaning)
        }
        return context.errorCount == errors ? values : nil
    }

    private static func complainUnknown(
        _ entry: YAMLMapping.Entry, among known: [String], owner: String?, _ context: inout DecodingContext
    ) {
        let nearest = NearestName.find(entry.key, among: known)
        if looksSecret(entry.key) || nearest.map(looksSecret) == true { context.conceal(entry.value) }
        let listed = known.count == 1 ? "\(known[0])" : "one of " + known.joined(separator: ", ")
        context.complain(
            "unknown option \"\(entry.key)\"" + (owner.map { " of \($0)" } ?? ""), at: entry.keyMark,
            expected: known.isEmpty ? "no options" : listed,
            suggestion: nearest.map { "did you mean \"\($0)\"?" })
    }

    /// Whether a name is one under which people write secrets, so that its value is better not shown.
    private static func looksSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["pass", "secret", "token", "key", "credential", "auth"].contains { name.contains($0) }
    }
}
