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
        let all = try await count(0)
        var unused = Statement(for: server)
        let steps = selection.steps(in: question.window, &unused).enumerated().map { ($1.name, $0 + 1) }
        var remarks = [
            CheckRemark(
                all == 0 ? .wrong : .fine, "\(selection.table.name) has \(all) rows for \(selection.kind) records")
        ]
        remarks += try await CheckRemark.survivors("rows", of: all, steps) { try await count($0) }
        remarks.append(
            CheckRemark(.fine, "start: \(selection.timeColumn.name) is \(selection.timeColumn.type)"))
        remarks += selection.columns.sorted { $0.key < $1.key }.map { name, column in
            CheckRemark(.fine, "\(name): \(column.name) is \(column.type)")
        }
        remarks += selection.remarks.map { CheckRemark(.doubtful, $0) }
        return remarks
    }
}
