import ArgumentParser
import FlareKit
import Foundation

/// A word in a command's place that is none.
struct UnknownCommand {
    private let word: String
    /// The commands before it.
    private let path: [String]
    private let known: [String]

    /// - Returns: `nil` where the arguments name a command.
    init?(_ arguments: ArraySlice<String>) {
        var command = FlareCommand.configuration
        var path = [command.commandName ?? ""]
        for word in arguments {
            let subcommands = command.subcommands.map { $0.configuration }
            if subcommands.isEmpty || word.hasPrefix("-") { return nil }
            if word == "help", path.count == 1 { continue }
            guard let next = subcommands.first(where: { $0.commandName == word }) else {
                (self.word, self.path) = (word, path)
                known = subcommands.filter(\.shouldDisplay).compactMap(\.commandName)
                return
            }
            path.append(word)
            command = next
        }
        return nil
    }

    var text: String {
        let parent = path.joined(separator: " ")
        var text = "flare: error: \(parent) has no command \"\(word)\""
        if let near = NearestName.find(word, among: known) {
            text += "; did you mean \"\(near)\"?"
        } else if path.count == 1, FileManager.default.fileExists(atPath: word) {
            let isPipeline = [".yaml", ".yml"].contains { word.hasSuffix($0) }
            text += "; to read the file: flare \(isPipeline ? "run" : "hunt") \(word)"
        } else {
            text += "; it has \(known.joined(separator: ", "))"
        }
        return text + "\nSee '\(parent) --help' for more."
    }
}
