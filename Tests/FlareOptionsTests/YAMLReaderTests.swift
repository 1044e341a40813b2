import FlareKit
import Testing

@testable import FlareOptions

@Suite("YAML")
struct YAMLReaderTests {
    private func complaints(_ text: String, limits: YAMLLimits = .standard) -> String {
        do throws(ConfigurationError) {
            _ = try YAMLReader.read(text, file: "a.yaml", limits: limits)
            return "fine"
        } catch {
            return error.description
        }
    }

    @Test("every node knows its line and column, in characters, from 1")
    func marks() throws {
        let root = try YAMLReader.read("a: 1\nüb: [x, {c: 'ä', d: \"y\"}]\n", file: "a.yaml")
        let list = try #require(root.mapping?.entry("üb"))
        #expect(list.keyMark.description == "a.yaml:2:1")
        #expect(list.value.mark.description == "a.yaml:2:5")
        let map = try #require(list.value.elements?.last)
        #expect(map[key: "c"]?.mark.column == 13)
        #expect(map[key: "d"]?.mark.column == 21)
    }

    @Test(
        "a plain scalar is read by the core schema",
        arguments: [
            ("~", YAMLValue.null), ("null", .null), ("''", .text("")), ("true", .boolean(true)),
            ("yes", .text("yes")), ("on", .text("on")), ("'true'", .text("true")), ("12", .integer(12)),
            ("-7", .integer(-7)), ("+7", .integer(7)), ("0x1F", .integer(31)), ("0o17", .integer(15)),
            ("017", .integer(17)), ("1_000", .text("1_000")), ("1:30", .text("1:30")), ("1.5", .number(1.5)),
            (".5", .number(0.5)), ("1.", .number(1)), ("1e3", .number(1000)), (".inf", .number(.infinity)),
            ("-", .text("-")), ("1e", .text("1e")), ("0x", .text("0x")), ("12a", .text("12a")),
            ("\"1\"", .text("1")), ("!!str 1", .text("1")), ("2024-05-01", .text("2024-05-01")),
            ("99999999999999999999", .number(1e20)),
        ])
    func coreSchema(text: String, value: YAMLValue) throws {
        // A lone "-" is text only inside a flow sequence's plain scalar on the command line; here it is quoted.
        let written = text == "-" ? "'-'" : text
        #expect(try YAMLReader.read("[\(written)]", file: "a.yaml").elements?.first?.scalar?.value == value)
    }

    @Test("an alias stands for its anchor's value")
    func aliases() throws {
        let root = try YAMLReader.read("a: &x [1, 2]\nb: *x\nc: &y z\nd: *y", file: "a.yaml")
        #expect(root[key: "b"]?.elements?.count == 2)
        #expect(root[key: "d"]?.scalar?.text == "z")
    }

    @Test("a merge key brings in a mapping's entries under those that are written out")
    func mergeKeys() throws {
        let root = try YAMLReader.read(
            "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 9}\nd: {'<<': 1}", file: "a.yaml")
        let merged = try #require(root[key: "c"]?.mapping)
        #expect(merged.entries.map { "\($0.key) \($0.value.flowText)" } == ["x 9", "y 2", "z 4"])
        #expect(root[key: "d"]?.mapping?.keys == ["<<"])
        #expect(complaints("a: {<<: 1}").contains("this cannot be merged"))
    }

    @Test("aliases of aliases are refused before they stand for more than the limit")
    func billionLaughs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let source = SourceText(text, name: "laughs.yaml", folder: "/")
        var composer = YAMLComposer(source, limits: .standard)
        #expect(throws: ConfigurationError.self) { try composer.compose(text) }
        #expect(composer.expandedNodes <= 100_000)
        #expect(composer.expandedNodes > 90_000)
    }

    @Test("what aliases stand for is complained about at the alias that goes too far")
    func expansionComplaint() {
        #expect(
            complaints("a: &a [1, 2]\nb: [*a, *a]", limits: YAMLLimits(expandedNodes: 5)) == """
                a.yaml:2:9: error: the aliases up to here stand for more than 5 values
                    2 | b: [*a, *a]
                      |         ^^
                      = write the values out, or use fewer aliases of aliases
                """)
    }

    @Test("nesting is bounded, through aliases too")
    func depth() {
        let limits = YAMLLimits(depth: 4)
        #expect(complaints("[[[[1]]]]", limits: limits) == "fine")
        #expect(complaints("[[[[[1]]]]]", limits: limits).contains("nested more than 4 deep"))
        #expect(complaints("a: &a [[1]]\nb: [[*a]]", limits: limits).contains("nested more than 4 deep"))
        #expect(complaints(String(repeating: "[", count: 100_000)).contains("nested more than 64 deep"))
    }

    @Test("a long text is refused")
    func size() {
        #expect(complaints("a: bcdef", limits: YAMLLimits(bytes: 4)) == "error: a.yaml: it is longer than 4 B")
    }

    @Test(
        "what is not YAML, or not what configuration needs of it, is refused with its place",
        arguments: [
            (
                "a: 1\nb: 2\na: 3",
                """
                a.yaml:3:1: error: "a" occurs twice in one mapping, first in line 1
                    3 | a: 3
                      | ^
                      = take one of them out
                """
            ),
            (
                "a: 1\n---\nb: 2",
                """
                a.yaml:2:1: error: a second document begins here
                    2 | ---
                      | ^
                      = expected one document
                      = put it in a file of its own, or take out the line "---"
                """
            ),
            (
                "a:\n\t- b",
                """
                a.yaml:2:1: error: a tab cannot indent YAML
                    2 |  - b
                      | ^
                      = use spaces
                """
            ),
            (
                "a: b: c",
                """
                a.yaml:1:5: error: a ":" cannot stand here
                    1 | a: b: c
                      |     ^
                      = check the indentation; a value with ": " in it needs quotes
                """
            ),
            (
                "a: 'b\nc",
                """
                a.yaml:2:2: error: the text ends within quotes that began in line 1
                    2 | c
                      |  ^
                      = close the quotes
                """
            ),
            (
                "a: [1, 2\nb: 3",
                """
                a.yaml:2:2: error: the list that began in line 1 is not closed
                    2 | b: 3
                      |  ^
                      = expected "," or "]"
                """
            ),
            (
                "a: *b",
                """
                a.yaml:1:4: error: there is no anchor &b before this alias
                    1 | a: *b
                      |    ^^
                """
            ),
            (
                "a: &b [*b]",
                """
                a.yaml:1:8: error: the alias *b would contain itself
                    1 | a: &b [*b]
                      |        ^^
                """
            ),
            (
                "a: @b",
                """
                a.yaml:1:4: error: a value cannot begin with this character
                    1 | a: @b
                      |    ^
                      = put the value in quotes
                """
            ),
            (
                "? [a]\n: 1",
                """
                a.yaml:1:3: error: a list or mapping cannot be a key
                    1 | ? [a]
                      |   ^
                      = expected a name
                """
            ),
            (
                "a: !!binary x",
                """
                a.yaml:1:4: error: the tag tag:yaml.org,2002:binary is not supported
                    1 | a: !!binary x
                      |    ^^^^^^^^^^
                      = expected no tag
                """
            ),
        ])
    func refused(text: String, complaint: String) {
        #expect(complaints(text) == complaint)
    }

    @Test("bytes that are not UTF-8 are refused at the first of them")
    func encoding() {
        #expect(throws: ConfigurationError.self) {
            try YAMLReader.read(bytes: [0x61, 0x0A, 0x62, 0xFF], file: "a.yaml")
        }
        do {
            _ = try YAMLReader.read(bytes: [0x61, 0x0A, 0x62, 0xFF], file: "a.yaml")
        } catch {
            #expect(error.diagnostics.first?.mark?.description == "a.yaml:2:2")
        }
    }

    @Test("a byte-order mark and CRLF line ends are read over")
    func windowsFiles() throws {
        let root = try YAMLReader.read(bytes: Array("\u{FEFF}a: 1\r\nb: 2\r\n".utf8), file: "a.yaml")
        #expect(root.mapping?.keys == ["a", "b"])
        #expect(root[key: "b"]?.mark.line == 2)
    }

    @Test("control characters of a hostile file do not reach the terminal")
    func controlCharacters() {
        let text = complaints("\"\\e[31m\": 1\n\"\\e[31m\": 2")
        #expect(!text.contains("\u{1B}"))
    }

    @Test("a long line is cut around the place")
    func longLine() {
        let text = complaints("a: [" + String(repeating: "x, ", count: 200) + "*b]")
        #expect(text.split(separator: "\n").allSatisfy { $0.count < 140 })
        #expect(text.contains("*b"))
    }
}
