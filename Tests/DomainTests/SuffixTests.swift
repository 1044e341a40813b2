import FlareKit
import Foundation
import Testing
import TestKit

@testable import Domain

enum Bundled {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    static let suffixPath = "\(root)/configs/domains/public_suffix_list.dat"

    static func suffixes() throws -> PublicSuffixList {
        try #require(PublicSuffixList(String(contentsOfFile: suffixPath, encoding: .utf8)))
    }

    static func knowledge(_ yaml: String = "", folder: String = "/") throws -> DomainKnowledge {
        try DomainKnowledge(DomainOptions.read(yaml, folder: folder))
    }
}

@Suite("Registered domains")
struct SuffixTests {
    @Test(
        "the registered domain is one label more than the suffix",
        arguments: [
            ("www.example.com", "example.com"), ("example.com", "example.com"), ("a.b.example.co.uk", "example.co.uk"),
            ("co.uk", nil), ("com", nil), ("WWW.Example.COM", "example.com"), ("x.github.io", "x.github.io"),
            ("github.io", nil), ("a.b.kobe.jp", "a.b.kobe.jp"), ("b.kobe.jp", nil), ("city.kobe.jp", "city.kobe.jp"),
            ("www.city.kobe.jp", "city.kobe.jp"), ("a.b.unknowntld", "b.unknowntld"), ("example..com", nil), ("", nil),
            ("www.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
            ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
            ("a.b.c.ck", "b.c.ck"), ("www.ck", "www.ck"),
        ] as [(String, String?)])
    func registered(name: String, domain: String?) throws {
        #expect(try Bundled.suffixes().registeredDomain(of: name)?.domain == domain)
    }

    @Test(
        "labels beyond ASCII become punycode",
        arguments: [
            ("bücher", "xn--bcher-kva"), ("食狮", "xn--85x722f"), ("公司", "xn--55qx5d"), ("москва", "xn--80adxhks"),
            ("plain", "plain"),
            ("mañana", "xn--maana-pta"),
        ])
    func punycode(label: String, ascii: String) { #expect(Punycode.ascii(label) == ascii) }

    @Test("what is no list is refused", arguments: ["", "<html>", "// nothing but remarks"])
    func noList(text: String) { #expect(PublicSuffixList(text) == nil) }

    private static let python = "\(Bundled.root)/.venv/bin/python3"
    private static let lists = URL(fileURLWithPath: Bundled.root).deletingLastPathComponent()
        .appendingPathComponent("shared/data/misp-warninglists").path

    @Test(
        "real records: registered domains of published names are those that Python's publicsuffixlist finds",
        .enabled(
            if: FileManager.default.fileExists(atPath: lists) && FileManager.default.isExecutableFile(atPath: python)))
    func againstPython() throws {
        let command = try Command([
            Self.python, "\(Bundled.root)/Tests/DomainTests/suffixes.py", Bundled.suffixPath, Self.lists,
        ])
        try #require(command.status == 0)
        let answer = String(decoding: command.output, as: UTF8.self)
        let suffixes = try Bundled.suffixes()
        var count = 0
        for line in answer.split(separator: "\n") {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
            #expect(suffixes.registeredDomain(of: String(cells[0]))?.domain ?? "" == cells[1], "\(cells[0])")
            count += 1
        }
        #expect(count > 40_000)
    }
}
