import FlareOptions

/// One `--set PATH=VALUE`: a value of the pipeline file replaced, added or appended.
///
/// The path's parts are names and, in lists, indices from 0, separated by dots; the index after the last appends.
/// The value is read as YAML. Relative paths in it belong to the working directory.
struct PipelineOverride {
    private let path: [String]
    private let value: YAMLNode
    private let mark: SourceMark

    /// - Returns: `nil` after a complaint.
    init?(_ argument: String, _ context: inout DecodingContext) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let source = SourceText(
            parts.count == 2 ? parts[1] : argument, name: "--set \(parts[0])", folder: FileBytes.workingDirectory,
            origin: .commandLine)
        self.path = path
        mark = source.start
        guard parts.count == 2, !path.contains("") else {
            context.complain(
                "this sets nothing", at: mark, expected: "PATH=VALUE, such as sources.0.paths.0=other.json")
            return nil
        }
        do throws(ConfigurationError) {
            // A dash alone is standard input or output here, and not a list of nothing.
            value = try YAMLReader.read(source, parts[1] == "-" ? "\"-\"" : parts[1])
        } catch {
            for diagnostic in error.diagnostics { context.add(diagnostic) }
            return nil
        }
    }

    func apply(to root: inout YAMLNode, _ context: inout DecodingContext) {
        do throws(Diagnostic) {
            root = try replaced(root, path[...])
        } catch {
            context.add(error)
        }
    }

    private func replaced(_ node: YAMLNode, _ rest: ArraySlice<String>) throws(Diagnostic) -> YAMLNode {
        guard let part = rest.first else { return value }
        var node = node
        switch node.content {
        case .mapping(var mapping):
            let entry = mapping.entry(part)
            let below = entry?.value ?? YAMLNode(.scalar(YAMLScalar("")), at: mark)
            mapping.set(
                .init(key: part, keyMark: entry?.keyMark ?? mark, value: try replaced(below, rest.dropFirst())))
            node.content = .mapping(mapping)
        case .sequence(var elements):
            let last = elements.isEmpty ? "the list is empty" : "the last element is \(elements.count - 1)"
            guard let index = Int(part), index >= 0, index <= elements.count else {
                throw Diagnostic(
                    "\(name(of: rest)) is a list, and \"\(part)\" is none of its elements", at: mark,
                    expected: "an index from 0 to \(elements.count); \(last)")
            }
            if index == elements.count { elements.append(YAMLNode(.scalar(YAMLScalar("")), at: mark)) }
            elements[index] = try replaced(elements[index], rest.dropFirst())
            node.content = .sequence(elements)
        case .scalar where node.isNull:
            // What is not there yet becomes a list for an index, a mapping for a name.
            let content: YAMLNode.Content = Int(part) == nil ? .mapping(YAMLMapping()) : .sequence([])
            return try replaced(YAMLNode(content, at: mark), rest)
        case .scalar:
            throw Diagnostic(
                "\(name(of: rest)) is a single value and has no \"\(part)\"", at: mark,
                suggestion: "set \(name(of: rest)) as a whole")
        }
        return node
    }

    /// The part of the path before the rest.
    private func name(of rest: ArraySlice<String>) -> String {
        let parts = path[..<rest.startIndex]
        return parts.isEmpty ? "the file" : parts.joined(separator: ".")
    }
}
