import FlareKit
import RecordSchemas

extension RecordSchema {
    /// What a pipeline may name of flows.
    private static let ofFlows = [
        "source", "destination", "port", "proto", "bytes_toserver", "bytes_toclient", "pkts_toserver",
        "pkts_toclient", "duration", "end", "id", "host", "query",
    ]

    /// Lays a pipeline's own fields over the map: `start`, `logged`, and the columns of flows.
    ///
    /// - Throws: a complaint about a name that is none.
    package func overridden(by fields: [String: FieldNames], option: String = "fields") throws(OptionComplaint)
        -> RecordSchema
    {
        var map = self
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "start": map.flow.start = field.names.first
            case "logged": map.logged = field.names.first ?? logged
            case _ where Self.ofFlows.contains(name): map.flow.fields[name] = field
            default:
                throw OptionComplaint(
                    "\"\(name)\" is nothing that a flow has", option: "\(option).\(name)",
                    expected: "one of start, logged, " + Self.ofFlows.joined(separator: ", "))
            }
        }
        return map
    }
}
