import FlareKit
import Foundation
import SampleReports
import Testing

@testable import HTML

@Suite("Links")
struct LinkTests {
    private func address(_ template: String, _ subject: Finding = finding()) throws -> String? {
        let columns = Column.all(with: [])
        let values = LinkValues(ReportFinding(subject, columns), columns)
        return try LinkTemplate("x", template, option: "links.x").address(values.text)
    }

    @Test("columns in braces stand for the finding's values")
    func values() throws {
        #expect(
            try address("https://siem/?q={src_ip}+{dest_ip}:{dest_port}")
                == "https://siem/?q=192.168.0.53+160.153.76.129:80")
    }

    @Test(
        "a value stays a value, whatever it holds",
        arguments: [
            ("a b&c=d#e", "a%20b%26c%3Dd%23e"), ("../'\"<>", "..%2F%27%22%3C%3E"), ("é漢", "%C3%A9%E6%BC%A2"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"), ("100%", "100%25"),
        ])
    func encoded(host: String, encoded: String) throws {
        let subject = finding(.name("x")) { $0.host = host }
        #expect(try address("https://siem/{host}", subject) == "https://siem/\(encoded)")
    }

    @Test("a finding that lacks a value, or whose value was cut, has no such link")
    func lacking() throws {
        #expect(try address("https://siem/{host}", finding()) == nil)
        let long = finding(.name(String(repeating: "a", count: 300)))
        #expect(try address("https://siem/{dest_ip}", long) == nil)
    }

    @Test("times reach a little before the first call and an hour beyond the last")
    func times() throws {
        let subject = finding(times: [3_600_500_000_000, 7_200_000_000_000])
        #expect(
            try address("https://siem/{from}/{to_epoch}", subject) == "https://siem/1970-01-01T00%3A55%3A00Z/10800")
    }

    @Test(
        "an address that is none of the web's, or is half written, is refused",
        arguments: [
            "javascript:alert({src_ip})", "data:text/html,x", "siem/{src_ip}", "https://x/{src_ip", "https://x/{}",
        ])
    func refused(address: String) {
        #expect(throws: OptionComplaint.self) { try LinkTemplate("x", address, option: "links.x") }
    }

    @Test("the command's argument is one word of a shell, whatever the name")
    func shellWord() {
        #expect(ShellWord.quoted("10.0.0.1,2001:db8::1,443") == "10.0.0.1,2001:db8::1,443")
        #expect(ShellWord.quoted("a;rm -rf 'x'") == "'a;rm -rf '\\''x'\\'''")
        #expect(ShellWord.quoted("") == "''")
    }
}
