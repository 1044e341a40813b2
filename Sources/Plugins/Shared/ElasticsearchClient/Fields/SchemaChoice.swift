import FlareKit
import HTTP
import RecordSchemas

/// The field map that an option `schema` means: a built-in one by its name, or a file.
package enum SchemaChoice: Sendable {
    case builtIn(RecordSchema)
    /// The file's path, absolute.
    case file(String)

    /// - Parameters:
    ///   - folder: the folder of relative paths.
    ///   - builtIn: the texts of the built-in ones.
    /// - Throws: a complaint where it is neither.
    package init(
        _ schema: String, folder: String, option: String = "schema", builtIn: [String: [UInt8]] = BuiltInSchemas.texts
    ) throws {
        let name = schema.hasPrefix("builtin:") ? String(schema.dropFirst("builtin:".count)) : schema
        if let bytes = builtIn[name] {
            self = .builtIn(try RecordSchema.read(String(decoding: bytes, as: UTF8.self), file: "builtin:\(name)"))
        } else if schema.contains("/") || schema.hasSuffix(".yaml") {
            self = .file(OptionPath(schema, in: folder).file ?? schema)
        } else {
            throw OptionComplaint(
                "\"\(schema)\" is no schema", option: option,
                expected: "one of \(builtIn.keys.sorted().joined(separator: ", ")), or the path of a file")
        }
    }

    /// The map itself; a file is read now.
    package func load() throws -> RecordSchema {
        switch self {
        case .builtIn(let map): map
        case .file(let path): try RecordSchema.read(TextFile.read(path), file: path)
        }
    }

    /// Complains of fields that replace those of a built-in one and cannot.
    package func check(_ fields: [String: FieldNames]) throws {
        if case .builtIn(let map) = self { _ = try map.overridden(by: fields) }
    }

    /// The kinds of record that it may know.
    package var kinds: Set<RecordKind> {
        switch self {
        case .builtIn(let map): Set(map.kinds.keys)
        case .file: Set(RecordKind.known)
        }
    }

    /// What a source of such records offers to a run.
    package var offers: Set<RecordKind> {
        let kinds = kinds.intersection([.flow, .dns, .tls, .http])
        return kinds.contains(.dns) ? kinds.union([.lookup]) : kinds
    }
}

extension RecordSchema {
    /// The names of all fields that a kind's records may need, the dates among them.
    package func names(of kind: KindSchema) -> [String] {
        kind.fields.values.flatMap(\.paths) + Array(kind.select.keys) + Array(kind.exclude.keys)
            + Array(kind.answers.keys)
            + [kind.start, logged].compactMap { $0 }
    }
}
