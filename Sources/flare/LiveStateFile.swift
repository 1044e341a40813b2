import ArgumentParser
import FlareKit
import Foundation
import OutputFiles

/// Where a live run keeps what it has to know after a restart, and every run that tells what it told. Written whole or not at
/// all, after each evaluation.
final class LiveStateFile: Sendable {
    /// What the file holds.
    private struct Content: Codable {
        var version = 1
        /// The absolute path of the pipeline file.
        var pipeline: String
        var state: LiveState
    }

    let path: String
    private let pipeline: String
    private let lock: Int32

    /// Takes the file for this process alone.
    ///
    /// - Parameters:
    ///   - path: `nil` for the standard place.
    ///   - pipeline: the path of the pipeline file.
    init(_ path: String?, pipeline: String, environment: [String: String]) throws {
        self.pipeline = URL(filePath: pipeline).standardizedFileURL.resolvingSymlinksInPath().path
        guard let path = path ?? Self.standardPath(of: self.pipeline, environment) else {
            throw PluginError("there is no place for the state", remedy: "name a file with --state")
        }
        self.path = URL(filePath: path).path
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        lock = open(self.path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw PluginError("the state cannot be kept: \(String(cString: strerror(errno)))", at: self.path)
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw PluginError(
                "another process follows with this state", at: self.path,
                remedy: "end it, or name another with --state")
        }
    }

    deinit { close(lock) }

    /// `$STATE_DIRECTORY` (as systemd sets it), else `$XDG_STATE_HOME/flare`, else `~/.local/state/flare`; a file for
    /// each pipeline.
    private static func standardPath(of pipeline: String, _ environment: [String: String]) -> String? {
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        let home = folder("XDG_STATE_HOME").map { $0 + "/flare" } ?? folder("HOME").map { $0 + "/.local/state/flare" }
        guard let place = folder("STATE_DIRECTORY") ?? home else { return nil }
        let name = URL(filePath: pipeline).deletingPathExtension().lastPathComponent
        let digest = SHA256.digest(pipeline.utf8).prefix(4).map { String($0, radix: 16) }.joined()
        return "\(place)/\(name)-\(digest).json"
    }

    /// What an earlier run left; an empty state where there was none.
    func load() throws -> LiveState {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw PluginError("the state cannot be read", at: path, remedy: "see who owns the file")
            }
            return LiveState()
        }
        do {
            let decoder = JSONDecoder()
            decoder.nonConformingFloatDecodingStrategy = .convertFromString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            let content = try decoder.decode(Content.self, from: bytes)
            guard content.pipeline == pipeline else {
                throw PluginError(
                    "this is the state of another pipeline, \(content.pipeline)", at: path,
                    remedy: "name another file with --state, or remove this one to begin afresh")
            }
            return content.state
        } catch let error as DecodingError {
            throw PluginError(
                "the state cannot be understood: \(error.shortDescription)", at: path,
                remedy: "remove it to begin afresh; findings that were sent before are then sent again")
        }
    }

    func save(_ state: LiveState) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        var file = WholeFile(path)
        do {
            try file.write(encoder.encode(Content(pipeline: pipeline, state: state)) + Data("\n".utf8))
            try file.commit()
        } catch {
            file.abort()
            throw error
        }
    }
}

extension DecodingError {
    fileprivate var shortDescription: String {
        switch self {
        case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
            .valueNotFound(_, let context):
            context.debugDescription
        @unknown default: "\(self)"
        }
    }
}
