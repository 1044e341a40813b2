import Foundation

/// The project's folder.
public enum Project {
    public static let root: URL = {
        var url = URL(fileURLWithPath: #filePath)
        while url.path != "/" {
            url.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: url.appending(path: "Package.swift").path) { break }
        }
        return url
    }()
}

/// Other people's programs.
public enum Program {
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    public static func start(_ name: String, _ arguments: [String]) throws -> (
        process: Process, output: Pipe, errors: Pipe
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return (process, output, errors)
    }

    /// Runs a program to its end.
    ///
    /// - Returns: what it wrote to its standard output.
    public static func run(_ name: String, _ arguments: [String]) throws -> String {
        let folder = TemporaryFolder()
        let errors = folder.path("errors")
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readWhole(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
            throw Failure(description: "\(name) ended with \(process.terminationStatus): \(said)")
        }
        return text
    }
}
