import Foundation

/// A command that a test runs beside Flare: a second implementation, a writer of files, a shell.
public struct Command {
    public let status: Int32
    public let output: Data

    /// Runs a command to its end.
    ///
    /// - Parameters:
    ///   - command: the executable's path, and its arguments.
    ///   - withErrors: whether the output holds standard error too.
    public init(
        _ command: [String], in folder: URL? = nil, environment: [String: String]? = nil, withErrors: Bool = false
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        if let folder { process.currentDirectoryURL = folder }
        if let environment { process.environment = environment }
        let pipe = Pipe()
        process.standardOutput = pipe
        if withErrors { process.standardError = pipe }
        try process.run()
        output = pipe.fileHandleForReading.readWhole()
        process.waitUntilExit()
        status = process.terminationStatus
    }
}
