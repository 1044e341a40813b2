import Foundation
import TestKit

/// The content as it is stored: `plain`, `gzip` or `zstd`.
func compress(_ content: Data, _ format: String) -> Data {
    switch format {
    case "gzip": gzip(content)
    case "zstd": zstd(content)
    default: content
    }
}
