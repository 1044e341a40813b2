/// Why a text is no configuration of original Flare.
struct IniError: Error, CustomStringConvertible {
    let what: String
    let file: String
    let line: Int

    var description: String { "\(file):\(line): \(what)" }
}

/// A section of an ini file, read as Python's RawConfigParser reads it: names in lower case, `=` or `:`, whole lines of
/// comment, and lines that go on where they are indented.
struct IniSection {
    struct Entry {
        let name: String
        var value: String
        let line: Int
    }

    private(set) var entries: [Entry] = []

    /// A section without a file.
    init() {}

    /// Says something in place of the file, as the command line does.
    mutating func set(_ name: String, _ value: String) {
        entries.append(Entry(name: name, value: value, line: 0))
    }

    init(_ wanted: String, of text: String, file: String) throws {
        var section: String?
        var isFound = false
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = Self.trimmed(line)
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if content.hasPrefix("["), content.hasSuffix("]") {
                section = String(content.dropFirst().dropLast())
                isFound = isFound || section == wanted
                continue
            }
            guard let section else {
                throw IniError(what: "something stands before the first section", file: file, line: number + 1)
            }
            guard section == wanted else { continue }
            if line.first == " " || line.first == "\t", !entries.isEmpty {
                entries[entries.count - 1].value += " " + content
                continue
            }
            guard let mark = content.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
                throw IniError(what: "the line has no =", file: file, line: number + 1)
            }
            let name = Self.trimmed(content[..<mark]).lowercased()
            let value = Self.trimmed(content[content.index(after: mark)...])
            entries.append(Entry(name: name, value: value, line: number + 1))
        }
        guard isFound else { throw IniError(what: "there is no section [\(wanted)]", file: file, line: 1) }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// The last value of a name. `''`, which original Flare's files have for nothing, is nothing.
    subscript(name: String) -> String? {
        guard let value = entries.last(where: { $0.name == name })?.value else { return nil }
        return value.isEmpty || value == "''" || value == "\"\"" ? nil : value
    }

    /// A flag, as Python's `getboolean` reads it.
    func flag(_ name: String) -> Bool? {
        guard let value = self[name]?.lowercased() else { return nil }
        if ["1", "yes", "true", "on"].contains(value) { return true }
        return ["0", "no", "false", "off"].contains(value) ? false : nil
    }
}
