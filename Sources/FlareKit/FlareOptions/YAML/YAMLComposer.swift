/// Makes nodes of libyaml's events.
///
/// An alias shares the nodes of its anchor, so that it costs no memory however much it stands for; the limit on
/// what aliases stand for protects whoever walks through the nodes later.
struct YAMLComposer {
    private let source: SourceText
    private let limits: YAMLLimits
    private var anchors: [String: Anchor] = [:]
    /// Anchors whose node is not complete: an alias to one would contain itself.
    private var open: Set<String> = []
    private var diagnostics: [Diagnostic] = []
    /// How many nodes the aliases so far stand for.
    private(set) var expandedNodes = 0

    /// A node with what it counts toward the limits.
    private struct Composed {
        let node: YAMLNode
        var size = 1
        var depth = 0
    }

    private typealias Anchor = Composed

    init(_ source: SourceText, limits: YAMLLimits) {
        self.source = source
        self.limits = limits
    }

    /// - Returns: the one document's root; null if the text is empty.
    mutating func compose(_ text: String) throws(ConfigurationError) -> YAMLNode {
        var root: YAMLNode?
        do throws(Diagnostic) {
            root = try document(text)
        } catch {
            diagnostics.append(error)
        }
        guard diagnostics.isEmpty, let root else { throw ConfigurationError(diagnostics) }
        return root
    }

    private mutating func document(_ text: String) throws(Diagnostic) -> YAMLNode {
        guard var events = YAMLEvents(text) else {
            throw Diagnostic("\(source.name): there is no memory left", at: nil)
        }
        var root: YAMLNode?
        while true {
            let (event, start, end) = try next(&events)
            switch event {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return root ?? YAMLNode(.scalar(YAMLScalar("")), at: source.start)
            case .documentStart:
                if root != nil {
                    throw Diagnostic(
                        "a second document begins here", at: mark(start), expected: "one document",
                        suggestion: "put it in a file of its own, or take out the line \"---\"")
                }
            default: root = try node(event, mark(start, end), depth: 0, &events).node
            }
        }
    }

    private func next(
        _ events: inout YAMLEvents
    ) throws(Diagnostic) -> (event: YAMLEvent, start: YAMLPlace, end: YAMLPlace) {
        do throws(YAMLEvents.Failure) {
            return try events.next()
        } catch {
            throw YAMLSyntax.diagnostic(for: error, in: source)
        }
    }

    private mutating func node(
        _ event: YAMLEvent, _ mark: SourceMark, depth: Int, _ events: inout YAMLEvents
    ) throws(Diagnostic) -> Composed {
        if depth > limits.depth { throw tooDeep(mark) }
        switch event {
        case .scalar(let scalar, let properties):
            let style: YAMLScalar.Style = properties.tag == nil ? scalar.style : .quoted
            checkTag(properties, isText: true, at: mark)
            let node = YAMLNode(.scalar(YAMLScalar(scalar.text, style: style)), at: mark)
            return define(properties.anchor, Composed(node: node))
        case .sequenceStart(let properties):
            checkTag(properties, isText: false, at: mark)
            return try define(
                properties.anchor,
                whileOpen: { composer throws(Diagnostic) in
                    try composer.sequence(at: mark, depth: depth, &events)
                })
        case .mappingStart(let properties):
            checkTag(properties, isText: false, at: mark)
            return try define(
                properties.anchor,
                whileOpen: { composer throws(Diagnostic) in
                    try composer.mapping(at: mark, depth: depth, &events)
                })
        case .alias(let name): return try expand(name, at: mark, depth: depth)
        default: throw Diagnostic("a value is missing", at: mark)
        }
    }

    private mutating func sequence(
        at mark: SourceMark, depth: Int, _ events: inout YAMLEvents
    ) throws(Diagnostic) -> Composed {
        var elements: [YAMLNode] = []
        var whole = (size: 1, depth: 0)
        while true {
            let (event, start, end) = try next(&events)
            if case .sequenceEnd = event { break }
            let element = try node(event, self.mark(start, end), depth: depth + 1, &events)
            elements.append(element.node)
            whole = (whole.size + element.size, max(whole.depth, element.depth + 1))
        }
        return Composed(node: YAMLNode(.sequence(elements), at: mark), size: whole.size, depth: whole.depth)
    }

    private mutating func mapping(
        at mark: SourceMark, depth: Int, _ events: inout YAMLEvents
    ) throws(Diagnostic) -> Composed {
        var entries: [YAMLMapping.Entry] = []
        var merged: [YAMLMapping.Entry] = []
        var lines: [String: Int] = [:]
        var whole = (size: 1, depth: 0)
        while true {
            let (event, start, end) = try next(&events)
            if case .mappingEnd = event { break }
            let keyMark = self.mark(start, end)
            let key = try node(event, keyMark, depth: depth + 1, &events)
            let (valueEvent, valueStart, valueEnd) = try next(&events)
            let value = try node(valueEvent, self.mark(valueStart, valueEnd), depth: depth + 1, &events)
            whole = (whole.size + value.size, max(whole.depth, value.depth + 1))
            guard let name = key.node.scalar?.text else {
                diagnostics.append(Diagnostic("a list or mapping cannot be a key", at: keyMark, expected: "a name"))
                continue
            }
            if let line = lines[name] {
                diagnostics.append(
                    Diagnostic(
                        "\"\(name)\" occurs twice in one mapping, first in line \(line)", at: keyMark,
                        suggestion: "take one of them out"))
                continue
            }
            lines[name] = keyMark.line
            if name == "<<", key.node.scalar?.style == .plain {
                merged += mergedEntries(of: value.node)
            } else {
                entries.append(.init(key: name, keyMark: keyMark, value: value.node))
            }
        }
        entries += merged.filter { lines.updateValue($0.keyMark.line, forKey: $0.key) == nil }
        let node = YAMLNode(.mapping(YAMLMapping(entries)), at: mark)
        return Composed(node: node, size: whole.size, depth: whole.depth)
    }

    /// What a merge key (`<<`, YAML 1.1) brings along: the entries of a mapping, or of several, the first of which
    /// counts most. Keys that are written out count more than any of them.
    private mutating func mergedEntries(of node: YAMLNode) -> [YAMLMapping.Entry] {
        if let mapping = node.mapping { return mapping.entries }
        guard let elements = node.elements else {
            diagnostics.append(
                Diagnostic("this cannot be merged", at: node.mark, expected: "a mapping, or a list of mappings"))
            return []
        }
        return elements.flatMap { mergedEntries(of: $0) }
    }

    private mutating func define(_ anchor: String?, _ composed: Composed) -> Composed {
        if let anchor { anchors[anchor] = composed }
        return composed
    }

    private mutating func define(
        _ anchor: String?, whileOpen compose: (inout YAMLComposer) throws(Diagnostic) -> Composed
    ) throws(Diagnostic) -> Composed {
        guard let anchor else { return try compose(&self) }
        open.insert(anchor)
        let composed = try compose(&self)
        open.remove(anchor)
        return define(anchor, composed)
    }

    private mutating func expand(_ name: String, at mark: SourceMark, depth: Int) throws(Diagnostic) -> Composed {
        if open.contains(name) {
            throw Diagnostic("the alias *\(name) would contain itself", at: mark)
        }
        guard let anchor = anchors[name] else {
            throw Diagnostic(
                "there is no anchor &\(name) before this alias", at: mark,
                suggestion: NearestName.suggestion(for: name, among: anchors.keys.sorted()))
        }
        guard expandedNodes + anchor.size <= limits.expandedNodes else {
            throw Diagnostic(
                "the aliases up to here stand for more than \(limits.expandedNodes) values", at: mark,
                suggestion: "write the values out, or use fewer aliases of aliases")
        }
        expandedNodes += anchor.size
        if depth + anchor.depth > limits.depth { throw tooDeep(mark) }
        return anchor
    }

    private mutating func checkTag(_ properties: YAMLEvent.Properties, isText: Bool, at mark: SourceMark) {
        guard let tag = properties.tag, !(isText && (tag == "!" || tag == "tag:yaml.org,2002:str")) else { return }
        diagnostics.append(Diagnostic("the tag \(tag) is not supported", at: mark, expected: "no tag"))
    }

    private func tooDeep(_ mark: SourceMark) -> Diagnostic {
        Diagnostic("lists and mappings are nested more than \(limits.depth) deep", at: mark)
    }

    private func mark(_ start: YAMLPlace, _ end: YAMLPlace? = nil) -> SourceMark {
        let isOneLine = end?.line == start.line
        let length = isOneLine ? (end?.column ?? start.column) - start.column : 1
        return SourceMark(source, line: start.line, column: start.column, length: length)
    }
}
