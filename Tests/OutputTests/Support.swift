import Foundation
import Testing

/// A folder of the test's own, gone when the test is over.
final class OutputFolder: Sendable {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "flare-outputs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    @discardableResult
    func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
        try Data(bytes).write(to: url.appending(path: name))
        return path(name)
    }
}

/// The independent parser of what sinks write.
enum Python {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The environment that scripts/setup --tests makes, else the system's.
    private static var interpreter: [String] {
        let made = root.appending(path: ".venv/bin/python3").path
        return FileManager.default.isExecutableFile(atPath: made) ? [made] : ["/usr/bin/env", "python3"]
    }

    /// What a program writes to standard output.
    static func output(_ words: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardInput = FileHandle.nullDevice
        let file = FileManager.default.temporaryDirectory.appending(path: "flare-output-\(UUID().uuidString)")
        FileManager.default.createFile(atPath: file.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        #expect(process.terminationStatus == 0, "\(words.prefix(3))")
        return try Data(contentsOf: file)
    }

    /// What a program of Python prints as JSON about a file.
    static func json<Result: Decodable>(_ program: String, _ path: String, as type: Result.Type) throws -> Result {
        try JSONDecoder().decode(type, from: output(interpreter + ["-c", program, path]))
    }

    /// The data and the text of each article of a page, by Python's html.parser.
    static let page = """
        import html.parser, json, sys
        class Page(html.parser.HTMLParser):
            def __init__(self):
                super().__init__(convert_charrefs=True)
                self.articles, self.data, self.links, self.code, self.tags = [], '', [], [], set()
                self.inside, self.isData, self.isCode = False, False, False
            def handle_starttag(self, tag, attributes):
                named = dict(attributes)
                self.tags.add(tag)
                if tag == 'article': self.inside = True; self.articles.append('')
                if tag == 'script': self.isData = named.get('id') == 'data'
                if tag == 'pre': self.isCode = True; self.code.append('')
                if tag == 'a' and self.inside: self.links.append(named.get('href'))
            def handle_endtag(self, tag):
                if tag == 'article': self.inside = False
                if tag == 'script': self.isData = False
                if tag == 'pre': self.isCode = False
            def handle_data(self, text):
                if self.isData: self.data += text
                if self.inside: self.articles[-1] += text
                if self.isCode: self.code[-1] += text
        page = Page()
        page.feed(open(sys.argv[1], encoding='utf-8', newline='').read())
        page.close()
        json.dump({'data': json.loads(page.data), 'articles': page.articles, 'links': page.links, 'code': page.code,
            'tags': sorted(page.tags)}, sys.stdout)
        """
}
