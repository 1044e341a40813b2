import FlareKit

/// Which fields an index has, and what can be done with them (`_field_caps`).
package struct FieldTypes: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        /// One name, or several where indices differ: `keyword`, `ip`, `date`, `text`, `long` …
        package var types: Set<String> = []
        package var isSearchable = true
        package var isAggregatable = true

        /// The types of dates.
        package static let dates: Set<String> = ["date", "date_nanos"]
        /// Types with whose values a `terms` query compares exactly.
        package static let exact: Set<String> = [
            "keyword", "constant_keyword", "wildcard", "ip", "long", "integer", "short", "byte", "unsigned_long",
            "double", "float", "half_float", "scaled_float", "boolean", "version",
        ]

        package var isDate: Bool { !types.isEmpty && types.isSubset(of: Self.dates) && isSearchable }
        package var isExact: Bool { !types.isEmpty && types.isSubset(of: Self.exact) && isSearchable }
        /// Whether indices disagree about it in a way that matters.
        package var isConflicting: Bool { types.count > 1 && !isDate }
    }

    package var fields: [String: Field] = [:]

    package subscript(name: String) -> Field? { fields[name] }

    /// Sub-fields in which text is kept as it was written, by those who map it: `.keyword` by Elasticsearch itself,
    /// `.raw` by Logstash's old templates.
    package static let exactSubfields = ["keyword", "raw"]

    /// The names to ask for where fields of these names may be text.
    package static func asking(for names: some Sequence<String>) -> [String] {
        Set(names).sorted().flatMap { name in [name] + exactSubfields.map { "\(name).\($0)" } }
    }

    /// The field or its sub-field that can be compared exactly; `nil` where there is none.
    package func exact(_ name: String) -> String? {
        if fields[name]?.isExact == true { return name }
        return Self.exactSubfields.lazy.map { "\(name).\($0)" }.first { fields[$0]?.isExact == true }
    }

    /// The field or its sub-field that can be grouped by; `nil` where there is none.
    package func aggregatable(_ name: String) -> String? {
        if let field = fields[name], field.isExact, field.isAggregatable { return name }
        return Self.exactSubfields.lazy.map { "\(name).\($0)" }.first {
            fields[$0]?.isExact == true && fields[$0]?.isAggregatable == true
        }
    }

    /// Reads an answer of `_field_caps`.
    package init(_ answer: JSON) {
        for member in answer["fields"]?.members ?? [] {
            var field = Field()
            for type in member.value.members ?? [] where type.name != "unmapped" {
                field.types.insert(type.name)
                field.isSearchable = field.isSearchable && type.value["searchable"]?.boolean != false
                field.isAggregatable = field.isAggregatable && type.value["aggregatable"]?.boolean != false
            }
            if !field.types.isEmpty { fields[member.name] = field }
        }
    }

    package init() {}
}
