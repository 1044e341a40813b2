import Foundation
import TestKit

/// The content as it is stored: `plain`, `gzip`, `zstd`, `xz`, `bzip2` or `lz4`.
func compress(_ content: Data, _ format: String) -> Data {
    switch format {
    case "gzip": gzip(content)
    case "zstd": zstd(content)
    case "plain": content
    default: packed(content, by: format)
    }
}

/// The content as a command of the system packs it, in small blocks; nothing where the command is missing.
private func packed(_ content: Data, by command: String) -> Data {
    let folder = TemporaryFolder()
    guard let path = try? folder.write(content, as: "content") else { return Data() }
    let blocks = ["bzip2": ["-1"], "lz4": ["-B4"]][command] ?? []
    return (try? Command(["/usr/bin/env", command, "-qc"] + blocks + [path]).output) ?? Data()
}
