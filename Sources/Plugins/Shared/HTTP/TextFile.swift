import FlareKit
import Glibc

/// Reads small files of text.
package enum TextFile {
    /// - Throws: `PluginError` where it cannot be read or is not UTF-8.
    package static func read(_ path: String) throws -> String {
        let file = fopen(path, "rbe")
        guard let file else { throw PluginError(String(cString: strerror(errno)), at: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        guard ferror(file) == 0 else { throw PluginError("it cannot be read", at: path) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PluginError("it is not text in UTF-8", at: path)
        }
        return text
    }
}
