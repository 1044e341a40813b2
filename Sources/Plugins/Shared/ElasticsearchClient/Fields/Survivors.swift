import FlareKit

extension CheckRemark {
    /// How many records are left after each part of a query in turn, and where all are lost.
    ///
    /// - Parameters:
    ///   - records: what the server calls them: documents, rows.
    ///   - all: how many there are before the first part.
    ///   - steps: the parts, each with its name.
    ///   - count: how many are left after a part.
    package static func survivors<Part>(
        _ records: String, of all: Int, _ steps: [(String, Part)], count: (Part) async throws -> Int
    ) async rethrows -> [CheckRemark] {
        var remarks: [CheckRemark] = []
        var before = all
        for (name, part) in steps {
            let left = try await count(part)
            let isLost = left == 0 && before > 0
            remarks.append(
                CheckRemark(
                    isLost ? .wrong : .fine, "\(left) \(records) are left after \(name)",
                    remedy: isLost ? "this is where all \(records) are lost" : nil))
            before = left
        }
        return remarks
    }
}
