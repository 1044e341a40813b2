import ArgumentParser
import CompressedFiles
import Foundation

/// Files of sensors, told apart by what is in them.
enum SensorFiles {
    /// The sources of a pipeline that reads the files; folders are read whole.
    ///
    /// - Parameter sensor: the source plugin, where the user names it.
    /// - Throws: `ValidationError` for a file whose content says nothing.
    static func sources(_ inputs: [String], sensor: String?) throws -> [String] {
        var paths: [String: [String]] = [:]
        for input in inputs {
            for file in try files(at: input) {
                guard let name = sensor ?? Self.sensor(of: file) else {
                    if input != file { continue }
                    throw ValidationError(
                        "what \(input) holds is not told from its content: no EVE, no log of Zeek; "
                            + "use --source eve or --source zeek")
                }
                paths[name, default: []].append(file)
            }
        }
        if paths.isEmpty {
            throw ValidationError("there is neither EVE nor a log of Zeek in \(inputs.joined(separator: ", "))")
        }
        return paths.sorted { $0.key < $1.key }.map {
            PipelineDraft.plugin($0.key, ("paths", PipelineDraft.paths($0.value)))
        }
    }

    private static func files(at path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        if path == "-" { return [path] }
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ValidationError("there is no file \(path)")
        }
        if !isFolder.boolValue { return [path] }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { "\(path)/\($0)" }.filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    /// The source plugin for a file, by its first bytes; `nil` where they say nothing.
    static func sensor(of path: String) -> String? {
        guard path != "-", let file = try? InputFile(path: path) else { return nil }
        let reader = ContentReader(file)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        guard let count = try? buffer.withUnsafeMutableBytes({ try reader.read(into: $0) }) else { return nil }
        let head = String(decoding: buffer[..<count], as: UTF8.self)
        if head.contains("#separator") || head.contains("\"id.orig_h\"") { return "zeek" }
        return head.contains("\"event_type\"") ? "eve" : nil
    }
}
