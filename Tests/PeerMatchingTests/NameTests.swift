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

@Suite("Regular expressions of lists")
struct ExpressionTests {
    @Test(
        "mean what they mean elsewhere",
        arguments: [
            ("^ads?\\d+\\.", ["ad12.x", "ADS1.x"], ["bad12.x", "ad.x"]),
            ("(foo|ba[rz])$", ["a.foo", "bar", "BAZ"], ["foo.a", "ba"]),
            ("^[^a-m]+$", ["xyz"], ["xay", "xAy"]),
            ("a{2,3}b", ["aab", "caaab", "aaaab"], ["ab"]),
            ("^a{2}$", ["aa"], ["a", "aaa"]),
            ("^(ab){0,2}$", ["", "abab"], ["ababab"]),
            ("a{x}", ["a{x}"], ["ax"]),
            ("\\bcdn\\b", ["my-cdn.x", "cdn"], ["cdns"]),
            ("\\Bdn", ["cdn"], ["dn"]),
            ("^(?:[a-z0-9-]+\\.)*example\\.(com|org)$", ["example.com", "a.b.example.org"], ["xexample.com"]),
            ("(?<name>x)+?y", ["xxy"], ["y"]),
            ("^.?$", ["", "a", "é"], ["ab"]),
            ("[\\w.-]+@[\\d.]+", ["ada@10.0.0.1"], ["@10"]),
            ("[]a-]", ["]", "-"], ["b"]),
            ("[[:digit:]]x", ["1x"], ["ax"]),
            ("\\x41\\u0042\\x{43}", ["abc"], ["ab"]),
            ("ÄÖ", ["äö", "ÄÖ"], ["ao"]),
            ("(a*)*b", ["aab", "b"], ["aaa"]),
            ("", ["", "x"], []),
            ("/a.b/s", ["a\nb"], []), ("/^b/m", ["a\nb"], ["ab"]), ("(?s:a.)b", ["a\nb"], ["ab"]),
            ("a$", ["a", "a\n"], ["a\n\n"]),
        ] as [(String, [String], [String])])
    func meaning(pattern: String, inside: [String], outside: [String]) throws {
        let expression = try Expression(pattern)
        for text in inside { #expect(expression.matches(text.unicodeScalars), "\(pattern) \(text)") }
        for text in outside { #expect(!expression.matches(text.unicodeScalars), "\(pattern) \(text)") }
    }

    @Test(
        "what has no bound in time or space, or is wrong, is refused with the reason",
        arguments: [
            ("(a)\\1", "back-reference"), ("a(?=b)", "look-around"), ("(?<!a)b", "look-around"), ("(", "not closed"),
            (")", "closes that none opens"), ("a**", "repetition of a repetition"), ("*", "repetition of nothing"),
            ("[a", "bracket"), ("[z-a]", "backwards"), ("a{5,2}", "repetition of 5"), ("\\", "backslash"),
            ("(((a{1000}){1000}){1000}){1000}", "steps"), ("((((){1000}){1000}){1000}){1000}", "steps"),
            (String(repeating: "(", count: 50_000), "longer"), (String(repeating: "(", count: 5000), "too deep"),
            ("/a/x", "flags"), ("\\p{L}", "not known"), ("(?>a)", "(?>"),
        ])
    func refused(pattern: String, reason: String) {
        let fault = #expect(throws: Expression.Fault.self) { try Expression(pattern) }
        #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "")")
    }

    @Test(
        "are tried in bounded time, whatever a backtracking engine would do",
        arguments: ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){500}a{500}"])
    func bounded(pattern: String) throws {
        let text = String(repeating: "a", count: 1000) + "!"
        let expression = try Expression(pattern)
        // An engine that goes back would not come to an end at all.
        #expect(expression.matches(text.unicodeScalars) == (pattern == "(a?){500}a{500}"))
    }
}
