import ElasticsearchClient
import FlareKit
import Glibc

/// A file of documents that the cluster does not take: a line each, the reason with the document.
struct DeadLetter: Sendable {
    let path: String

    /// Adds documents at the file's end.
    ///
    /// - Throws: `PluginError` where the file cannot be written.
    func write(_ refused: [(item: Bulk.Item, reason: String)]) throws {
        var bytes: [UInt8] = []
        for (item, reason) in refused {
            let line: JSON = [
                "reason": .text(Redaction.redacted(reason)), "_index": .text(item.index), "_id": .text(item.id),
                "document": item.document,
            ]
            line.write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        guard let file = fopen(path, "abe") else { throw PluginError(String(cString: strerror(errno)), at: path) }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            throw PluginError("the refused documents could not be written", at: path)
        }
    }
}
