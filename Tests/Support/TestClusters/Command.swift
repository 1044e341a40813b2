import Foundation
import Glibc
import Testing

/// The built command, run as its users run it.
package enum Command {
    package struct Result: Sendable {
        package let code: Int32
        package let output: String
        package let errors: String
    }

    /// Runs the command, and waits on a thread of its own.
    package static func flare(_ arguments: String..., environment: [String: String] = [:], in folder: Scratch)
        async throws
        -> Result
    {
        var words = ["/usr/bin/env", "XDG_CONFIG_HOME=\(folder.path)", "HOME=\(folder.path)"]
        words += environment.map { "\($0.key)=\($0.value)" }
        words += [try program()] + arguments
        return try await run(words, in: folder)
    }

    /// The path of the built command.
    package static func program() throws -> String {
        let bundle = try #require(Bundle.main.executableURL).deletingLastPathComponent()
        return try #require(
            [bundle, bundle.deletingLastPathComponent()].map { $0.appending(path: "flare").path }
                .first { FileManager.default.isExecutableFile(atPath: $0) }, "the command is not built")
    }

    /// Runs any program.
    package static func run(_ words: [String], in folder: Scratch) async throws -> Result {
        let quoted = words.map { "'\($0.replacing("'", with: #"'\''"#))'" }.joined(separator: " ")
        let errors = folder.url.appending(path: "stderr-\(UUID().uuidString)")
        let line = "cd '\(folder.path)' && \(quoted) 2>'\(errors.path)' </dev/null"
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Swift.Result {
                        guard let pipe = popen(line, "r") else { throw POSIXError(.EIO) }
                        var bytes: [UInt8] = []
                        var buffer = [UInt8](repeating: 0, count: 65_536)
                        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
                            bytes += buffer[..<count]
                        }
                        let status = pclose(pipe)
                        return Result(
                            code: (status >> 8) & 0xFF, output: String(decoding: bytes, as: UTF8.self),
                            errors: try String(contentsOf: errors, encoding: .utf8))
                    })
            }
        }
    }
}

/// A folder of a test's own, which goes with it.
package final class Scratch: Sendable {
    package let url: URL
    package var path: String { url.path }

    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "flare-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    @discardableResult
    package func file(_ name: String, _ content: String) throws -> String {
        let file = url.appending(path: name)
        try Data(content.utf8).write(to: file)
        return file.path
    }

    package func read(_ name: String) throws -> String {
        try String(contentsOf: url.appending(path: name), encoding: .utf8)
    }
}
