import FlareKit
import Testing

@testable import PeerMatching

@Suite("Names in a table")
struct NameTests {
    static func matcher(_ names: [String], apex: Bool = true) throws -> PeerMatcher {
        var builder = PeerMatcher.Builder()
        builder.takesBroad = true
        for (item, name) in names.enumerated() {
            builder.add(try #require(HostName(name, includesApex: apex)), item: UInt32(item))
        }
        return PeerMatcher(builder)
    }

    static func texts(_ matcher: PeerMatcher, _ host: String) -> [String] {
        var texts: [String] = []
        matcher.forEach(matching: host) {
            texts.append(matcher.text(of: $0))
            return true
        }
        return texts
    }

    @Test(
        "a name means itself and all below it, at the borders of labels",
        arguments: [
            ("google.com", true), ("dl.google.com", true), ("a.b.google.com", true), ("notgoogle.com", false),
            ("google.com.evil.example", false), ("com", false), ("ogle.com", false), ("GOOGLE.com", true),
            ("google.com.", true), (".google.com", true), ("", false), (".", false), ("google.co", false),
        ])
    func suffix(host: String, fits: Bool) throws {
        #expect(Self.texts(try Self.matcher(["google.com"]), host) == (fits ? ["google.com"] : []))
    }

    @Test("*.google.com covers google.com too, unless the apex is left out")
    func star() throws {
        #expect(Self.texts(try Self.matcher(["*.google.com"]), "google.com") == ["google.com"])
        #expect(Self.texts(try Self.matcher(["*.google.com"]), "dl.google.com") == ["google.com"])
        #expect(Self.texts(try Self.matcher(["*.google.com"], apex: false), "google.com") == [])
        #expect(Self.texts(try Self.matcher(["*.google.com"], apex: false), "dl.google.com") == [".google.com"])
    }

    @Test("a dot in front means what is below alone")
    func leadingDot() throws {
        #expect(Self.texts(try Self.matcher([".google.de"]), "google.de") == [])
        #expect(Self.texts(try Self.matcher([".google.de"]), "www.google.de") == [".google.de"])
    }

    @Test("the longest name comes first")
    func order() throws {
        let matcher = try Self.matcher(["com", "b.example.com", "example.com"])
        #expect(Self.texts(matcher, "a.b.example.com") == ["b.example.com", "example.com", "com"])
    }

    @Test("many names are found again, and their neighbours are not")
    func many() throws {
        let names = (0..<5000).map { "host\($0).zone\($0 % 7).example" }
        let matcher = try Self.matcher(names)
        for name in names {
            #expect(Self.texts(matcher, name) == [name])
            #expect(Self.texts(matcher, "x\(name)") == [])
            #expect(Self.texts(matcher, "x.\(name)") == [name])
        }
    }

    @Test(
        "what can be no host name is refused",
        arguments: ["", ".", "..", "a..b", "a b", "*", "*.", "a.*.b", "12.34", "a/b"])
    func refused(text: String) { #expect(HostName(text) == nil) }

    @Test(
        "a glob fits the whole text in any case",
        arguments: [
            ("*google*", "GOOGLE-CLOUD", true), ("google", "google-cloud", false), ("amazon-??", "Amazon-02", true),
            ("amazon-??", "amazon-aes", false), ("*a*b*c", "xxaxxbxxc", true), ("*a*b*c", "xxaxxcxxb", false),
            ("*", "", true), ("a*", "", false),
        ])
    func glob(pattern: String, text: String, fits: Bool) throws {
        #expect(try TextPattern(pattern, .glob).matches(text) == fits)
    }

    @Test("regular expressions are taken bare or between slashes, substrings anywhere")
    func patterns() throws {
        #expect(try TextPattern("/^ads?\\d+\\./i", .regularExpression).matches("AD12.example.com"))
        #expect(try !TextPattern("^ads?\\d+\\.", .regularExpression).matches("bad12.example.com"))
        #expect(try TextPattern("doubleclick", .substring).matches("stats.g.DoubleClick.net"))
        #expect(throws: TextPattern.Fault.self) { try TextPattern("(", .regularExpression) }
        #expect(throws: TextPattern.Fault.self) { try TextPattern("", .substring) }
    }
}
