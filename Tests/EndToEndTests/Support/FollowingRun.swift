import FlareKit
import Foundation
import TestKit
import Testing

/// `flare run --follow` over a folder's `pipeline.yaml`, with its state in the same folder.
final class FollowingRun {
    let process = Process()
    private let folder: TemporaryFolder
    /// What the run said on standard error.
    let errors: URL

    /// How long a test waits for what has to come, on however slow a machine.
    private static let patience: TimeInterval = 120

    init(_ folder: TemporaryFolder, arguments: [String] = [], shell: String? = nil) throws {
        self.folder = folder
        errors = try folder.file("stderr-\(UUID().uuidString)")
        let path = try BuiltCommand.path.path
        let words = ["run", "pipeline.yaml", "--follow", "--state", "state.json"] + arguments
        if let shell {
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", "\(shell); exec \"$0\" \"$@\"", path] + words
        } else {
            process.executableURL = URL(filePath: path)
            process.arguments = words
        }
        process.currentDirectoryURL = folder.url
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.url.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var said: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    /// The last evaluation that the state knows of.
    static func evaluated(in folder: TemporaryFolder) -> Timestamp? {
        struct Content: Decodable { var state: LiveState }
        guard let bytes = try? Data(contentsOf: folder.url.appending(path: "state.json")) else { return nil }
        return (try? JSONDecoder().decode(Content.self, from: bytes))?.state.evaluated
    }

    /// Waits until something holds.
    ///
    /// Other tests go on meanwhile: no thread of theirs is held.
    static func wait(for what: String, _ holds: () throws -> Bool) async throws {
        let end = Date() + patience
        while try !holds() {
            try #require(Date() < end, "waited in vain for \(what)")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until something holds that may never do.
    static func wait(atMost seconds: TimeInterval, _ holds: () -> Bool) async {
        let end = Date() + seconds
        while !holds(), Date() < end { try? await Task.sleep(for: .milliseconds(20)) }
    }

    /// Waits until the window that ends at a moment was evaluated, seconds after 2024-01-01.
    func wait(untilEvaluated seconds: Int) async throws {
        let moment = Timestamp(seconds: 1_704_067_200 + Double(seconds))
        try await Self.wait(for: "the evaluation at \(moment); the run said: \(said)") {
            try #require(process.isRunning, "the run ended: \(said)")
            return Self.evaluated(in: folder).map { $0 >= moment } ?? false
        }
    }

    /// Ends the run as Ctrl-C does.
    ///
    /// - Returns: the exit code.
    func interrupt() async throws -> Int32 { try await end(with: SIGINT) }

    @discardableResult
    func end(with signal: Int32) async throws -> Int32 {
        kill(process.processIdentifier, signal)
        return try await exitCode()
    }

    /// Waits for its end.
    func exitCode() async throws -> Int32 {
        try await Self.wait(for: "the end of the run") { !process.isRunning }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }
}
