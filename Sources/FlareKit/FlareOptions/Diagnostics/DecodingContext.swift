/// What decoding a configuration needs to know, and where its complaints gather.
///
/// Decoding goes on after a complaint, so that all of them can be shown at once; whoever started it ends with
/// ``finish()``.
public struct DecodingContext: Sendable {
    /// What `${NAME}` refers to.
    public let environment: [String: String]
    /// Whether a variable that is not set is left for later instead of being complained about. So are defaults
    /// read that no plugin of this run may need.
    let leavesUnsetVariables: Bool
    private var gathered: [Diagnostic] = []
    private var secrets: [Concealment] = []
    private var first: SourceText?

    /// - Parameters:
    ///   - environment: what `${NAME}` refers to.
    ///   - leavesUnsetVariables: whether to accept variables that are not set, leaving them out.
    public init(environment: [String: String] = [:], leavesUnsetVariables: Bool = false) {
        self.environment = environment
        self.leavesUnsetVariables = leavesUnsetVariables
    }

    /// Puts the complaints about a text before those about others.
    package mutating func begin(_ source: SourceText) { first = source }

    /// All complaints so far, by place, with secrets concealed.
    public var diagnostics: [Diagnostic] {
        ConfigurationError.sorted(gathered, first: first).map { diagnostic in
            var diagnostic = diagnostic
            diagnostic.concealed += secrets
            return diagnostic
        }
    }

    /// Whether there is a complaint that is more than a warning.
    public var hasErrors: Bool { gathered.contains { $0.level == .error } }

    /// How many complaints so far are more than warnings.
    package var errorCount: Int { gathered.count { $0.level == .error } }

    /// Drops all complaints, for an attempt that may fail.
    mutating func forgetComplaints() { gathered = [] }

    /// Takes over the complaints of another context, and what it conceals.
    package mutating func take(_ other: DecodingContext) {
        gathered += other.gathered
        secrets += other.secrets
    }

    /// Takes down a complaint.
    public mutating func add(_ diagnostic: Diagnostic) {
        gathered.append(diagnostic)
    }

    /// Takes down an error.
    public mutating func complain(
        _ message: String, at mark: SourceMark?, expected: String? = nil, suggestion: String? = nil
    ) {
        add(Diagnostic(message, at: mark, expected: expected, suggestion: suggestion))
    }

    /// Keeps what is written in a node, and in all below it, out of every complaint's excerpt.
    mutating func conceal(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar):
            // A scalar of several lines has a mark that is shorter than its text.
            let isLong = node.mark.length < scalar.text.unicodeScalars.count
            secrets += scalar.text.split(whereSeparator: \.isWhitespace).map {
                Concealment(text: String($0), mark: node.mark, isLong: isLong)
            }
        case .sequence(let elements): for element in elements { conceal(element) }
        case .mapping(let mapping): for entry in mapping.entries { conceal(entry.value) }
        }
    }

    /// Ends decoding.
    ///
    /// - Returns: the warnings.
    /// - Throws: everything that was complained about, if any of it is an error.
    @discardableResult
    public func finish() throws(ConfigurationError) -> [Diagnostic] {
        let diagnostics = diagnostics
        if hasErrors { throw ConfigurationError(sorted: diagnostics) }
        return diagnostics
    }
}

extension DecodingContext {
    /// Takes down what a plugin says of its own options, with the line of the option.
    ///
    /// - Parameters:
    ///   - node: the mapping of the options.
    ///   - mark: the place for an option that is not given.
    package mutating func complain(_ complaint: OptionComplaint, about node: YAMLNode, at mark: SourceMark) {
        complain(
            OptionReader.prefixed(complaint.option, complaint.message),
            at: node.mark(of: complaint.option, otherwise: mark), expected: complaint.expected,
            suggestion: complaint.suggestion)
    }
}

extension YAMLNode {
    /// Where an option stands, as near as it is given: a path such as `rules.2.pattern`.
    package func mark(of option: String, otherwise mark: SourceMark) -> SourceMark {
        var place = mark
        var node: YAMLNode? = self
        for part in option.split(separator: ".").map(String.init) {
            if let elements = node?.elements {
                node = Int(part).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                node = node?[key: part]
            }
            guard let node else { break }
            place = node.mark
        }
        return place
    }
}

/// A scalar after its environment variables were put in.
struct ResolvedScalar {
    /// What it means.
    let value: YAMLValue
    /// How complaints quote it: as it was written, so that no variable's value shows.
    let shown: String
}

extension DecodingContext {
    /// Puts environment variables into a scalar. One without quotes is read anew after that, so that `${N}` can be
    /// a number.
    ///
    /// - Returns: `nil` after a complaint, or where an unset variable is left for later.
    mutating func resolve(_ scalar: YAMLScalar, at mark: SourceMark) -> ResolvedScalar? {
        guard scalar.text.utf8.contains(UInt8(ascii: "$")) else {
            return ResolvedScalar(value: scalar.value, shown: scalar.text)
        }
        do throws(EnvironmentReferences.Fault) {
            let references = try EnvironmentReferences(scalar.text)
            let text = try references.resolved(in: environment)
            let value = YAMLScalar(text, style: scalar.style).value
            return ResolvedScalar(value: value, shown: references.hasVariables ? scalar.text : text)
        } catch {
            complain(about: error, at: mark)
            return nil
        }
    }

    private mutating func complain(about fault: EnvironmentReferences.Fault, at mark: SourceMark) {
        switch fault {
        case .unset where leavesUnsetVariables: break
        case .unset(let name):
            complain(
                "the environment variable \(name) is not set", at: mark,
                suggestion: "set it, or give a default: ${\(name):-default}")
        case .unclosed:
            complain(
                "\"${\" without \"}\"", at: mark, expected: "${NAME} or ${NAME:-default}",
                suggestion: "write $$ for a dollar sign")
        case .badName(let name):
            complain(
                "\"\(name)\" is not the name of an environment variable", at: mark,
                expected: "${NAME} or ${NAME:-default}", suggestion: "write $$ for a dollar sign")
        }
    }
}
