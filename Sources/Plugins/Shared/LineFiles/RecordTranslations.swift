import FlareKit
import RecordFraming
import RecordSchemas

/// How documents of shippers become the sensors' own records: by the schemas of both.
enum RecordTranslations {
    /// The schemas of documents in which a sensor's record is taken apart.
    private static let schemas: [(name: String, sensor: FramingSensor)] = [
        ("suricata-ecs", FramingEVE), ("security-onion-suricata", FramingEVE), ("zeek-ecs", FramingZeek),
        ("malcolm", FramingZeek), ("packetbeat", FramingEVE),
        ("corelight-ecs", FramingZeek), ("security-onion", FramingZeek),
    ]

    /// They live as long as the process.
    static let all = Pointers(
        all: schemas.compactMap { name, sensor in
            let own = try? sensor == FramingEVE ? BuiltInSchemas.suricata() : BuiltInSchemas.zeek()
            guard let own, let schema = try? BuiltInSchemas.schema(name) else { return nil }
            return translation(schema, own, sensor)
        })

    /// `@unchecked`: what they point to does not change any more.
    struct Pointers: @unchecked Sendable {
        let all: [OpaquePointer?]
    }

    private static func translation(_ schema: RecordSchema, _ own: RecordSchema, _ sensor: FramingSensor)
        -> OpaquePointer?
    {
        let translation = RecordTranslationCreate(sensor)
        for (kind, documents) in schema.records.sorted(by: { $0.key < $1.key }) {
            guard let records = own.records[kind], let select = records.select.first, let value = select.value.first
            else { continue }
            RecordTranslationBeginKind(translation, "\"\(select.key)\":\"\(value)\"")
            for (path, values) in documents.select {
                for value in values { RecordTranslationSelect(translation, path, value) }
            }
            for field in fields(documents, records, schema, own) {
                RecordTranslationAddField(translation, field.from.joined(separator: "\n"), field.to, field.factor)
            }
        }
        return translation
    }

    private static func fields(
        _ documents: KindSchema, _ records: KindSchema, _ schema: RecordSchema, _ own: RecordSchema
    ) -> [(from: [String], to: String, factor: Double)] {
        var fields: [String: (from: [String], factor: Double)] = [:]
        for (column, names) in documents.fields {
            guard let to = records[column].first else { continue }
            let unit = documents.durationUnit.nanoseconds / records.durationUnit.nanoseconds
            // Zeek's flows are read with the bytes of their payloads, which documents do not tell from others.
            let place = to.replacing("_ip_bytes", with: "_bytes")
            fields[place] = (names.paths, column == "duration" ? unit : 1)
        }
        if let start = records.start, let begin = documents.start { fields[start] = ([begin], 1) }
        if let logged = own.fileTime { fields[logged, default: ([schema.logged], 1)].factor = 1 }
        if let to = records.answers.keys.first, let from = documents.answers.keys.first { fields[to] = ([from], 1) }
        return fields.sorted { $0.key < $1.key }.map { ($0.value.from, $0.key, $0.value.factor) }
    }
}
