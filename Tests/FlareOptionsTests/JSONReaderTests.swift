import FlareKit
import Testing

@testable import FlareOptions

@Suite("JSON of external plugins")
struct JSONReaderTests {
    static func read(_ text: String) -> String {
        do throws(JSONReader.Fault) {
            var written = JSONText()
            written.append(try JSONReader.read(Array(text.utf8)))
            return String(decoding: written.bytes, as: UTF8.self)
        } catch {
            return error.description
        }
    }

    @Test(
        "what is JSON is read",
        arguments: [
            ("null", "null"), (" true ", "true"), ("-0", "0"), ("12", "12"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "9.223372036854776e+18"), ("1.5e3", "1500.0"), ("[]", "[]"), ("[1,[2]]", "[1,[2]]"),
            (#"{"b":1,"a":{}}"#, #"{"a":{},"b":1}"#), (#"{"a":1,"a":2}"#, #"{"a":2}"#),
            (#""\u00e9\ud83d\ude00\n\/""#, "\"é😀\\u000a/\""), (#""é\"""#, #""é\"""#),
        ])
    func valid(text: String, written: String) {
        #expect(Self.read(text) == written)
    }

    @Test(
        "what is not is refused with its place",
        arguments: [
            ("", "the value is missing at byte 0"), ("nul", "no value begins at byte 0"),
            ("01", "a number begins with 0 at byte 2"), ("1.", "a digit was expected at byte 2"),
            ("+1", "no value begins at byte 0"), ("1e999", "the number is out of range at byte 5"),
            ("NaN", "no value begins at byte 0"), ("[1,]", "no value begins at byte 3"),
            ("[1 2]", "a comma or ] was expected at byte 3"), ("{1:2}", "a name in quotes was expected at byte 1"),
            (#"{"a" 1}"#, "a colon was expected at byte 5"), ("\"a", "a text does not end at byte 2"),
            ("\"\u{1}\"", "a text holds a control character at byte 1"),
            (#""\ud800""#, "half of a surrogate pair at byte 7"),
            (#""\x""#, "\\ is followed by a letter that means nothing at byte 3"),
            ("1 2", "something follows the value at byte 2"),
            (String(repeating: "[", count: 100), "values are nested deeper than 64 at byte 65"),
        ])
    func invalid(text: String, complaint: String) {
        #expect(Self.read(text) == complaint)
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONReader.Fault.self) { try JSONReader.read([0xFF]) }
    }

    @Test(
        "moments keep all their decimals",
        arguments: [
            (Int64(0), "0"), (1_700_000_000_123_456_789, "1700000000.123456789"), (1_500_000_000, "1.5"),
            (-250_000_000, "-0.25"),
        ])
    func moments(nanoseconds: Int64, text: String) {
        var json = JSONText()
        json.append(seconds: nanoseconds)
        #expect(String(decoding: json.bytes, as: UTF8.self) == text)
    }

    @Test("numbers are packed as base64 of little-endian doubles")
    func packed() {
        #expect(String(decoding: PackedNumbers.base64([]), as: UTF8.self) == "\"\"")
        #expect(String(decoding: PackedNumbers.base64([1.0]), as: UTF8.self) == "\"AAAAAAAA8D8=\"")
        #expect(String(decoding: PackedNumbers.base64([1.0, -2.5]), as: UTF8.self) == "\"AAAAAAAA8D8AAAAAAAAEwA==\"")
    }

    @Test(
        "SHA-256 of the examples of FIPS 180",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digest(text: String, hex: String) {
        #expect(SHA256.hex(text.utf8) == hex)
    }
}
