import FlareOptions
import FlarePipeline

/// Hashes of the files of pinned commands.
enum FileHash {
    /// Programs and libraries are shorter than this.
    private static let longest = 512_000_000

    /// - Returns: `nil` where the file cannot be read.
    static func sha256(_ path: String) -> String? {
        (try? FileBytes.read(path, atMost: longest)).map { SHA256.hex($0) }
    }
}

extension ExternalRecord {
    /// Whether the files of a pinned plugin are those that were recorded.
    func checkFiles() throws(ExternalFault) {
        guard isPinned else { return }
        for (path, hash) in files.sorted(by: { $0.key < $1.key }) {
            if FileHash.sha256(path) != hash { throw .changedFile(path) }
        }
    }
}
