import FlareKit
import HTTP
import Testing

@testable import ClickHouse

@Suite("values, names and types in SQL", .serialized, .enabled(if: DatabaseServer.areThere))
struct StatementTests {
    private static let hostile = [
        "", "plain", "it's", "back\\slash", "\\'; DROP TABLE x; --", "new\nline\ttab\rreturn\0null", "{flare0:String}",
        "ünïcödé 🙂", "`tick`", "%27%00", "\\N", "a\\nb",
    ]

    /// A source's session with a server.
    private static func asking<Result>(
        _ kind: DatabaseServer.Kind, _ body: (ClickHouseServer) async throws -> Result
    ) async throws -> Result {
        let source = try DatabaseRunTests.database(try await SharedDatabase.of(kind), "")
        let result = try await body(try await source.session.cluster())
        await source.close()
        return result
    }

    @Test("a value comes back as it went, beside the query and in it", arguments: DatabaseServer.Kind.allCases)
    func values(_ kind: DatabaseServer.Kind) async throws {
        try await Self.asking(kind) { server in
            #expect(server.hasParameters == (kind == .chDB))
            for statement in [Statement(for: server), Statement("", hasParameters: false)] {
                var statement = statement
                statement.text =
                    "SELECT " + Self.hostile.map { "toString(\(statement.value($0)))" }.joined(separator: ", ")
                let found = try await server.rows(statement) { rows throws(RowBinary.Damage) in
                    var texts: [String] = []
                    while !rows.isAtEnd { texts.append(try rows.text()) }
                    return texts
                }
                #expect(found == Self.hostile)
            }
        }
    }

    @Test("names of tables and columns may be anything", arguments: DatabaseServer.Kind.allCases)
    func names(_ kind: DatabaseServer.Kind) async throws {
        let server = try await SharedDatabase.of(kind)
        let columns = [("t`i\\m'e", "DateTime"), ("s r c", "String"), ("d;st", "String")]
        let quoted = columns.map { "\(Statement.quoted($0.0)) \($0.1)" }.joined(separator: ", ")
        try await server.run("DROP TABLE IF EXISTS `odd name`")
        try await server.run("CREATE TABLE `odd name` (\(quoted)) ENGINE = Memory")
        try await server.run("INSERT INTO `odd name` FORMAT TSV\n1497000000\t10.0.0.1\t203.0.113.1\n")
        let options = """
            table: odd name
            fields: {start: "t`i\\\\m'e", source: s r c, destination: "d;st"}
            """
        let outcome = try await DatabaseRunTests.run(try DatabaseRunTests.database(server, options))
        #expect(outcome.used == 1)
    }

    /// Types with a value in SQL, and nanoseconds since 1970.
    private static let times: [(type: String, value: String, expected: Int64, isNew: Bool)] = [
        ("DateTime", "toDateTime(1497000000)", 1_497_000_000_000_000_000, false),
        ("DateTime('Asia/Tokyo')", "toDateTime(1497000000)", 1_497_000_000_000_000_000, false),
        ("Nullable(DateTime)", "NULL", 0, false),
        ("Float64", "1497000000.123457", 1_497_000_000_123_457_000, false),
        ("UInt32", "1497000000", 1_497_000_000_000_000_000, false),
        ("UInt64", "1497000000123", 1_497_000_000_123_000_000, false),
        ("Int64", "1497000000123456", 1_497_000_000_123_456_000, false),
        ("Nullable(UInt64)", "1497000000123456789", 1_497_000_000_123_456_789, false),
        ("String", "'2017-06-09T09:20:00.123456+0000'", 1_497_000_000_123_456_000, false),
        ("String", "'2017-06-09T11:20:00.5+02:00'", 1_497_000_000_500_000_000, false),
        ("String", "'2017-06-09 09:20:00'", 1_497_000_000_000_000_000, false),
        ("String", "'1497000000.25'", 1_497_000_000_250_000_000, false),
        ("String", "'soon'", 0, false),
        ("DateTime64(9, 'America/New_York')", "'2017-06-09 05:20:00.123456789'", 1_497_000_000_123_456_789, true),
        ("Nullable(DateTime64(3, 'UTC'))", "'2017-06-09 09:20:00.123'", 1_497_000_000_123_000_000, true),
        ("Decimal(18, 6)", "1497000000.123457", 1_497_000_000_123_457_000, true),
        ("LowCardinality(Nullable(String))", "'2017-06-09T09:20:00.25Z'", 1_497_000_000_250_000_000, true),
    ]

    @Test("times of every type say the same moment", arguments: DatabaseServer.Kind.allCases)
    func times(_ kind: DatabaseServer.Kind) async throws {
        try await Self.asking(kind) { server in
            for (type, value, expected, isNew) in Self.times where kind == .chDB || !isNew {
                let column = TableColumn("x", type: type)
                let cast = "CAST(\(value) AS \(type))"
                let statement = Statement("SELECT toInt64(\(column.time)) FROM (SELECT \(cast) AS x)")
                let found = try await server.rows(statement) { rows throws(RowBinary.Damage) in try rows.integer() }
                #expect(found == expected, "\(type) \(value)")
            }
        }
    }

    /// Types with a value in SQL, and the address.
    private static let addresses: [(type: String, value: String, expected: String, isNew: Bool)] = [
        ("String", "'192.0.2.7'", "192.0.2.7", false), ("Nullable(String)", "NULL", "", false),
        ("UInt32", "3221225991", "192.0.2.7", false),
        ("FixedString(16)", "IPv6StringToNum('2001:db8::7')", "2001:db8::7", false),
        ("IPv4", "'192.0.2.7'", "192.0.2.7", true), ("IPv6", "'::ffff:192.0.2.7'", "192.0.2.7", true),
        ("LowCardinality(String)", "'2001:db8::7'", "2001:db8::7", true),
    ]

    @Test("addresses of every type say the same address", arguments: DatabaseServer.Kind.allCases)
    func addresses(_ kind: DatabaseServer.Kind) async throws {
        try await Self.asking(kind) { server in
            for (type, value, expected, isNew) in Self.addresses where kind == .chDB || !isNew {
                let column = TableColumn("x", type: type)
                let statement = Statement("SELECT \(column.address) FROM (SELECT CAST(\(value) AS \(type)) AS x)")
                let found = try await server.rows(statement) { rows throws(RowBinary.Damage) in try rows.text() }
                #expect(IPAddress(found)?.description ?? "" == expected, "\(type) \(value)")
            }
        }
    }
}
