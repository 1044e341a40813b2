import FlareKit
import Foundation
import RecordSchemas

/// A guess at what the columns of an unknown table say, by their names and by what their values look like.
struct TableGuess {
    /// `nil` where too little can be told.
    private(set) var schema: TableSchema?
    /// What was guessed: rows between ",": time "Date", source "Src IP", …
    private(set) var statement = ""
    /// Why there is no schema.
    private(set) var failure = ""
    private(set) var remedy = ""

    /// - Parameter reference: times without a year lie before this moment.
    init(_ text: String, _ reference: Timestamp) {
        guard let sample = TableSample(text) else {
            failure = "neither a log of a known tool nor a table"
            remedy = "the source table reads it with a schema of yours: see docs/inputs.md"
            return
        }
        let columns = sample.columns.map { ColumnGuess($0.name, $0.values, reference) }
        guard columns.contains(where: { !$0.isEmpty }) else {
            failure = "a table (\(sample.form)) without a row that has a value"
            remedy = "see whether the export was finished"
            return
        }
        var roles = ColumnRoles(columns)
        roles.assign(reference)
        let missing = roles.missing
        guard missing.isEmpty else {
            let seen = sample.columns.map(\.name).listed(40)
            failure =
                "a table (\(sample.form)) without \(missing.joined(separator: " and ")); its columns are \(seen)"
            remedy = "say which columns they are, in the option table of the source: see docs/inputs.md"
            return
        }
        var schema = sample.schema
        schema.title = "guessed"
        var flow = KindSchema()
        for (role, names) in roles.names { flow.fields[role] = FieldNames(names) }
        if let start = flow.fields.removeValue(forKey: "start") {
            schema.time = start.names[0]
            // What tells an end has no other beginning.
            if flow.fields["end"] != nil { flow.start = schema.time }
        }
        flow.durationUnit = roles.durationUnit
        flow.exclude = roles.exclude
        var kinds = [RecordKind.flow.name: flow]
        if flow.fields["process"] != nil || flow.fields["user"] != nil {
            var process = KindSchema()
            for name in ["source", "destination", "src_port", "port", "proto", "process", "user"] {
                process.fields[name] = flow.fields[name]
            }
            process.exclude = flow.exclude
            kinds[RecordKind.process.name] = process
            kinds[RecordKind.flow.name]?.fields["process"] = nil
            kinds[RecordKind.flow.name]?.fields["user"] = nil
        }
        schema.records = kinds
        let order = ValueForms.dayOrder(
            roles.times, reference, isForeign: schema.separator == ";" || columns.contains { $0.isForeign })
        schema.dayFirst = order?.order == .dayFirst
        schema.decimalComma = roles.hasDecimalComma(isSeparatedByComma: schema.separator == ",")
        if let zone = roles.zone { schema.timeZone = zone }
        self.schema = schema
        statement = "\(sample.form): " + roles.statement
        if let order, !order.isSure {
            statement += "; dates are taken for \(order.order == .dayFirst ? "day/month" : "month/day")"
        }
        statement += roles.zoneRemark + roles.absence
    }
}
