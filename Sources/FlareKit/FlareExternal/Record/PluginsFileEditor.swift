import FlareModel
import FlareOptions
import FlarePlugins
import Foundation

/// Puts the entry of a plugin into a plugins.yaml, and leaves every other line as it is.
struct PluginsFileEditor {
    private let lines: [String]
    private let root: YAMLNode?
    private let path: String

    /// - Parameter text: the file as it is; empty for a new one.
    init(_ text: String, path: String) throws {
        self.path = path
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let node = text.isEmpty ? nil : try YAMLReader.read(text, file: path)
        root = node?.isNull == true ? nil : node
    }

    /// The file with an entry in the place of the one with its kind and name, else at the end of the list.
    func text(with entry: [String], kind: PluginKind, name: String) throws -> String {
        guard let root else {
            let kept = lines.last == "" ? Array(lines.dropLast()) : lines
            return joined(kept + ["version: 1", "plugins:"] + indented(entry, by: 2))
        }
        guard let mapping = root.mapping, let list = mapping.entry("plugins") else {
            return joined(trimmed(lines) + ["plugins:"] + indented(entry, by: 2))
        }
        let elements = list.value.elements ?? []
        if elements.isEmpty {
            guard lines[list.keyMark.line - 1].hasPrefix("plugins:") else { throw refusal(entry) }
            var changed = lines
            changed[list.keyMark.line - 1] = "plugins:"
            changed.insert(contentsOf: indented(entry, by: 2), at: list.keyMark.line)
            return joined(trimmed(changed))
        }
        let starts = elements.map(\.mark.line)
        let firstLine = lines[starts[0] - 1]
        let indentation = firstLine.prefix { $0 == " " }.count
        guard Set(starts).count == starts.count,
            starts.allSatisfy({ lines[$0 - 1].dropFirst(indentation).hasPrefix("- ") })
        else { throw refusal(entry) }
        let following = mapping.entries.map(\.keyMark.line).filter { $0 > list.keyMark.line }.min() ?? lines.count + 1
        let bounds = starts + [following]
        let same = elements.firstIndex {
            $0[key: "name"]?.scalar?.text == name
                && ($0[key: "kind"].map { $0.scalar?.text == kind.rawValue } ?? true)
        }
        let place = same ?? elements.count - 1
        // Comments and empty lines before the next entry belong to that one.
        var end = bounds[place + 1] - 1
        while end > bounds[place], isBlank(lines[end - 1]) { end -= 1 }
        let start = same == nil ? end : bounds[place] - 1
        var changed = lines
        changed.replaceSubrange(start..<end, with: indented(entry, by: indentation))
        return joined(trimmed(changed))
    }

    private func isBlank(_ line: String) -> Bool {
        let text = line.drop { $0 == " " || $0 == "\t" }
        return text.isEmpty || text.hasPrefix("#")
    }

    private func indented(_ entry: [String], by count: Int) -> [String] {
        entry.map { String(repeating: " ", count: count) + $0 }
    }

    private func trimmed(_ lines: [String]) -> [String] {
        var lines = lines
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines
    }

    private func joined(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    private func refusal(_ entry: [String]) -> PluginError {
        PluginError(
            "the list of plugins is written in a way that cannot be added to", at: path,
            remedy: "write it with one \"- \" a plugin, or add this entry by hand:\n"
                + indented(entry, by: 2).joined(separator: "\n"))
    }
}

/// Writes a small file whole or not at all.
enum SmallFile {
    /// - Throws: `PluginError`.
    static func write(_ text: String, to path: String) throws(PluginError) {
        let target = URL(fileURLWithPath: FileBytes.resolved(path) ?? path)
        do {
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: target, options: .atomic)
        } catch {
            throw PluginError("it cannot be written: \(error.localizedDescription)", at: path)
        }
    }
}
