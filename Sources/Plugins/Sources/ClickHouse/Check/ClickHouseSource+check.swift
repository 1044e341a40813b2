import ElasticsearchClient
import FlareKit

extension ClickHouseSource: CheckablePlugin {
    public func check(_ question: CheckQuestion) async -> [CheckRemark] {
        do {
            let server = try await session.cluster()
            var remarks = [CheckRemark(.fine, "\(server.client.name) is \(server)")]
            for selection in try await selections(question.kinds, server) {
                remarks += try await Self.remarks(on: selection, question, server)
            }
            return remarks
        } catch {
            return [CheckRemark(failure: error)]
        }
    }

    /// How many rows are left after each part of the query in turn, and which columns say what.
    private static func remarks(on selection: RecordSelection, _ question: CheckQuestion, _ server: ClickHouseServer)
        async throws -> [CheckRemark]
    {
        func count(_ conditions: Int) async throws -> Int {
            var statement = Statement(for: server)
            let steps = selection.steps(in: question.window, &statement).prefix(conditions).map(\.condition)
            statement.text =
                "SELECT toInt64(count()) FROM \(selection.table.quoted)"
                + (steps.isEmpty ? "" : " WHERE \(steps.joined(separator: " AND "))")
            return try await server.rows(statement) { rows throws(RowBinary.Damage) in try rows.count() }
        }
        var before = try await count(0)
        var remarks = [
            CheckRemark(
                before == 0 ? .wrong : .fine, "\(selection.table.name) has \(before) rows for \(selection.kind) records"
            )
        ]
        var unused = Statement(for: server)
        for (place, step) in selection.steps(in: question.window, &unused).enumerated() {
            let left = try await count(place + 1)
            let isLost = left == 0 && before > 0
            remarks.append(
                CheckRemark(
                    isLost ? .wrong : .fine, "\(left) rows are left after \(step.name)",
                    remedy: isLost ? "this is where all rows are lost" : nil))
            before = left
        }
        remarks.append(
            CheckRemark(.fine, "start: \(selection.timeColumn.name) is \(selection.timeColumn.type)"))
        remarks += selection.columns.sorted { $0.key < $1.key }.map { name, column in
            CheckRemark(.fine, "\(name): \(column.name) is \(column.type)")
        }
        remarks += selection.remarks.map { CheckRemark(.doubtful, $0) }
        return remarks
    }
}
