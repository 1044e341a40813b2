import CompressedFiles
import FlareKit
import Foundation
import LineFiles

/// The flows of a file that nfcapd wrote, as nfdump prints them.
final class NetFlowDump {
    let content: ContentReader
    private let path: String
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()

    /// - Throws: `PluginError` where nfdump is missing, or cannot be started.
    init(_ path: String, most: Int? = nil) throws {
        guard let program = Self.program else {
            throw PluginError(
                "nfdump is not installed, which reads files of nfcapd", at: path,
                remedy: "install it (Debian: apt-get install nfdump), or print the flows where it is: "
                    + "nfdump -r FILE -q -o json > flows.json")
        }
        self.path = path
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-r", path, "-q", "-o", "json"] + (most.map { ["-c", String($0)] } ?? [])
        // It prints times of this zone.
        process.environment = ProcessInfo.processInfo.environment.merging(["TZ": "UTC"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw PluginError("nfdump cannot be started: \(error.localizedDescription)", at: path)
        }
        try? output.fileHandleForWriting.close()
        try? errors.fileHandleForWriting.close()
        let descriptor = output.fileHandleForReading.fileDescriptor
        content = ContentReader(try InputFile(path: "/dev/fd/\(descriptor)"))
    }

    deinit { if process.isRunning { process.terminate() } }

    private static var program: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.lazy.map { "\($0)/nfdump" }.first { access($0, X_OK) == 0 }
    }

    static var isInstalled: Bool { program != nil }

    /// Waits for its end, after all was read.
    ///
    /// - Returns: what is wrong with the file; `nil` where nothing is.
    func finish() -> PluginError? {
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // It ends with 0 where it could not read all.
        guard process.terminationStatus != 0 || said.lowercased().contains("error") else { return nil }
        let line = said.split(separator: "\n").first.map { ": \($0)" } ?? ""
        return PluginError("nfdump cannot read it\(line)", at: path, remedy: "see: nfdump -v \(path)")
    }

    /// Whether the first flows of a file were sampled: of packets only some were counted.
    static func isSampled(_ path: String) throws -> Bool {
        let dump = try NetFlowDump(path, most: 1000)
        var text: [UInt8] = []
        var memory = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? memory.withUnsafeMutableBytes({ try dump.content.read(into: $0) }), count > 0 {
            text += memory[..<count]
        }
        if let failure = dump.finish() { throw failure }
        return text.firstRange(of: Array("\"sampled\" : 1".utf8)) != nil
    }
}
