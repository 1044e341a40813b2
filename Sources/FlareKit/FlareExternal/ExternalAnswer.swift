import FlareModel
import FlareOptions

/// Reads what external plugins say about channels and findings, and refuses what does not fit.
enum ExternalAnswer {
    /// The entries of a finding that a detector may give.
    private static let known: Set<String> = [
        "summary", "interval", "percent", "occurrences", "host", "evidence", "modifiers", "techniques",
    ]

    /// A score, 0...1.
    static func score(of answer: JSONValue) throws(ExternalFault) -> Double {
        guard let value = answer["score"] else { throw .nonsense("a judgement has no \"score\"") }
        guard let score = value.number, (0...1).contains(score) else {
            throw .nonsense("the score \(value.phrase) is no number from 0 to 1")
        }
        return score
    }

    static func summary(of answer: JSONValue) throws(ExternalFault) -> String {
        guard let summary = answer["summary"]?.text, !summary.isEmpty else {
            throw .nonsense("a finding has no \"summary\"")
        }
        return summary
    }

    /// Puts what a detector says about a finding into it.
    ///
    /// - Parameters:
    ///   - fields: what the detector declared as evidence.
    ///   - further: names of entries that were read already.
    static func fill(
        _ finding: inout Finding, from answer: JSONValue, _ fields: [Field], further: Set<String> = []
    ) throws(ExternalFault) {
        for name in (answer.values ?? [:]).keys.sorted() where !known.contains(name) && !further.contains(name) {
            let hint = NearestName.suggestion(for: name, among: known.union(further).sorted())
            throw .nonsense("a finding has an unknown entry \"\(name)\"" + (hint.map { "; \($0)" } ?? ""))
        }
        finding.interval = try number("interval", of: answer, in: 0...(.greatestFiniteMagnitude))
        finding.percent = try number("percent", of: answer, in: 0...100)
        if let value = answer["occurrences"] {
            guard let count = value.integer, count >= 0 else {
                throw .nonsense("occurrences: \(value.phrase) is no count")
            }
            finding.occurrences = Int(count)
        }
        if let host = answer["host"] {
            guard let text = host.text else { throw .nonsense("host: \(host.phrase) is no text") }
            finding.host = text
        }
        finding.techniques.formUnion(try techniques(of: answer))
        finding.modifiers += try (answer["modifiers"]?.elements ?? []).map(modifier)
        try addEvidence(answer["evidence"], to: &finding, fields)
    }

    /// Adds values of declared fields.
    static func addEvidence(_ value: JSONValue?, to finding: inout Finding, _ fields: [Field]) throws(ExternalFault) {
        guard let value else { return }
        guard let values = value.values else { throw .nonsense("evidence: \(value.phrase) is no object") }
        for (name, value) in values {
            guard let field = fields.first(where: { $0.name == name }) else {
                let hint = NearestName.suggestion(for: name, among: fields.map(\.name))
                throw .nonsense("the evidence \"\(name)\" was not declared" + (hint.map { "; \($0)" } ?? ""))
            }
            if value == .null { continue }
            guard let fitting = Value(value, as: field.type) else {
                throw .nonsense("evidence \(name): \(value.phrase) is not of the type \(field.type.rawValue)")
            }
            finding.evidence[name] = fitting
        }
    }

    static func modifier(_ value: JSONValue) throws(ExternalFault) -> Finding.Modifier {
        guard let name = value["name"]?.text, let amount = value["amount"]?.number, (-60...60).contains(amount) else {
            throw .nonsense("a modifier needs \"name\" and \"amount\", a number of decibans from -60 to 60")
        }
        let side = try value["side"].map { (value) throws(ExternalFault) in
            guard let side = value.text.flatMap(Finding.Side.init) else {
                throw .nonsense(
                    "side: \(value.phrase) is none of " + Finding.Side.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return side
        }
        return Finding.Modifier(
            name, amount, value["reason"]?.text ?? "", side: side ?? .other, techniques: try techniques(of: value))
    }

    private static func techniques(of answer: JSONValue) throws(ExternalFault) -> [String] {
        try (answer["techniques"]?.elements ?? []).map { (value) throws(ExternalFault) in
            guard let id = value.text, Finding.isTechnique(id) else {
                throw .nonsense("techniques: \(value.phrase) is no id of ATT&CK, such as T1071 or T1071.001")
            }
            return id
        }
    }

    private static func number(
        _ name: String, of answer: JSONValue, in range: ClosedRange<Double>
    ) throws(ExternalFault) -> Double? {
        guard let value = answer[name] else { return nil }
        guard let number = value.number, range.contains(number) else {
            throw .nonsense("\(name): \(value.phrase) is no number in its range")
        }
        return number
    }
}

extension Value {
    /// A value of JSON as the value of a field; `nil` where it does not fit.
    init?(_ json: JSONValue, as type: FieldType) {
        switch type {
        case .text:
            guard let text = json.text else { return nil }
            self = .text(text)
        case .integer:
            guard let number = json.integer else { return nil }
            self = .integer(number)
        case .number:
            guard let number = json.number else { return nil }
            self = .number(number)
        case .boolean:
            guard let flag = json.boolean else { return nil }
            self = .boolean(flag)
        case .time:
            if let text = json.text, let time = Timestamp(text) {
                self = .time(time)
            } else if let seconds = json.number {
                self = .time(Timestamp(seconds: seconds))
            } else {
                return nil
            }
        case .address:
            guard let address = json.text.flatMap(IPAddress.init) else { return nil }
            self = .address(address)
        case .texts:
            guard let elements = json.elements else { return nil }
            let texts = elements.compactMap(\.text)
            guard texts.count == elements.count else { return nil }
            self = .texts(texts)
        }
    }
}
