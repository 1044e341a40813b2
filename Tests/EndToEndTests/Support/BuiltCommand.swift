import Foundation
import TestKit
import Testing

/// The command as it was built beside the tests, run as its users run it.
struct BuiltCommand {
    struct Result {
        let exitCode: Int32
        let output: String
        let errors: String
    }

    /// `flare` in the folder of the test bundle.
    static var path: URL {
        get throws {
            let folder = try #require(Bundle.main.executableURL).deletingLastPathComponent()
            let candidates = [folder, folder.deletingLastPathComponent()].map { $0.appending(path: "flare") }
            let built = candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
            return try #require(built, "the command is not built; run scripts/test")
        }
    }

    /// The project's folder.
    static let project = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// Runs the command and waits for its end.
    ///
    /// - Parameters:
    ///   - copy: the command, where it is not the one that was built.
    ///   - whileRunning: is given the process after its start.
    static func run(
        _ arguments: [String], copy: URL? = nil, in folder: URL? = nil, environment: [String: String] = [:],
        input: FileHandle? = nil,
        whileRunning: (Process) throws -> Void = { _ in }
    ) throws -> Result {
        let process = Process()
        process.executableURL = try copy ?? path
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let inherited = ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH"].contains($0.key) }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = input ?? FileHandle.nullDevice
        let work = TemporaryFolder()
        let (output, errors) = (try work.file("stdout"), try work.file("stderr"))
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        try whileRunning(process)
        process.waitUntilExit()
        return Result(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}

extension TemporaryFolder {
    /// Writes a file, and says where it is.
    @discardableResult
    func file(_ name: String, _ content: String = "") throws -> URL {
        URL(filePath: try write(content, as: name))
    }
}

/// The real records that stand beside the project, where they do.
enum RealRecords {
    static let folder = BuiltCommand.project.appending(path: "../shared/data").standardizedFileURL
    static var areThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
}
