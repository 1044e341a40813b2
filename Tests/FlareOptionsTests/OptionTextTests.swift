import FlareKit
import FoundationEssentials
import Testing

@testable import FlareOptions

@Suite("Values as they are written")
struct OptionTextTests {
    @Test(
        "a duration is numbers with units, larger units first",
        arguments: [
            ("90s", 90_000_000_000), ("5m", 300_000_000_000), ("24h", 86_400_000_000_000), ("7d", 604_800_000_000_000),
            ("2w", 1_209_600_000_000_000), ("1h30m", 5_400_000_000_000), ("250ms", 250_000_000),
            ("1.5h", 5_400_000_000_000), ("0s", 0), ("3ns", 3), ("0.1s", 100_000_000),
        ] as [(String, Int64)])
    func duration(text: String, nanoseconds: Int64) {
        #expect(OptionDuration(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "anything else is no duration",
        arguments: [
            "", "5", "s", "-5s", "5 s", "1m1h", "1.5h30m", "1..5s", ".5s", "5.s", "400y", "5M", "300000d", "1s1s",
        ])
    func noDuration(text: String) {
        #expect(OptionDuration(text) == nil)
    }

    @Test(
        "a duration is shown as one would write it, and reads back",
        arguments: ["0s", "90s", "5m", "24h", "7d", "1h", "48h", "3d", "250ms", "5m30s", "2h1m", "1ns"])
    func shownDuration(text: String) {
        #expect(OptionDuration(text)?.description == text)
    }

    @Test(
        "a size is a number with a decimal or binary unit, or bytes alone",
        arguments: [
            ("16 MB", 16_000_000), ("16MB", 16_000_000), ("64 KiB", 65_536), ("64kib", 65_536),
            ("1.5 GB", 1_500_000_000),
            ("100", 100), ("0 B", 0), ("2 TiB", 2_199_023_255_552),
        ] as [(String, Int64)])
    func size(text: String, bytes: Int64) {
        #expect(ByteSize(text)?.bytes == bytes)
    }

    @Test("anything else is no size", arguments: ["", "MB", "-1 MB", "1.5", "16 M", "1e3", "16 MB/s", "9999999999 TB"])
    func noSize(text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test(
        "a size is shown in the largest unit that it is a multiple of", arguments: ["16 MB", "64 KiB", "1500 B", "0 B"])
    func shownSize(text: String) {
        #expect(ByteSize(text)?.description == text)
    }

    @Test("a share is shown in percent", arguments: [("0.01", "1 %"), ("12.5%", "12.5 %"), ("0", "0 %")])
    func share(text: String, shown: String) {
        #expect(OptionShare(text)?.description == shown)
    }

    @Test("a value is shown so that YAML reads it back as it was")
    func quoting() throws {
        let texts = [
            "plain", "", "true", "12", "a: b", "- x", "#c", "-", "*x", "a\"b\\c", " x ", "x\ny", "null", "@a", "[a",
        ]
        for text in texts {
            let shown = OptionDatum.list([.text(text)]).description
            let read = try YAMLReader.read(shown, file: "a.yaml").elements?.first?.scalar?.value
            #expect(read == .text(text), "\(shown)")
        }
    }

    @Test(
        "${NAME} is the variable, with a default where it is unset or empty, and $$ a dollar sign",
        arguments: [
            ("a${X}b", "axb"), ("${Y:-d}", "d"), ("${EMPTY:-d}", "d"), ("${EMPTY}", ""), ("$$", "$"), ("$5", "$5"),
            ("$${X}", "${X}"), ("${X:-}", "x"), ("${Y:-}", ""), ("${Y:-a:-b}", "a:-b"), ("a$", "a$"),
        ])
    func environment(text: String, value: String) throws {
        #expect(try EnvironmentReferences(text).resolved(in: ["X": "x", "EMPTY": ""]) == value)
    }

    @Test(
        "a misspelt name is taken for the nearest one within a third of its length",
        arguments: [
            ("min_flws", "min_flows"), ("min-flows", "min_flows"), ("MIN_FLOWS", "min_flows"), ("paht", "path"),
            ("pth", "path"), ("xyz", nil), ("p", nil), ("pats", "path"),
        ])
    func nearest(name: String, expected: String?) {
        #expect(NearestName.find(name, among: ["min_flows", "path", "window"]) == expected)
    }

    @Test("an option's description is the same after it was written as JSON and read back")
    func descriptions() throws {
        for option in OptionTests.Sample.descriptions + OptionTests.Rule.descriptions {
            let read = try JSONDecoder().decode(OptionDescription.self, from: JSONEncoder().encode(option))
            #expect(read == option, "\(option.name)")
        }
    }

    @Test("a secret shows nowhere")
    func secret() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "***")
        #expect(String(reflecting: secret) == "***")
        var dumped = ""
        dump(["password": secret], to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(OptionDatum.secret(secret).description == "***")
    }
}
