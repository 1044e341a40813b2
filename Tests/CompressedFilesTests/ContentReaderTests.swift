import CompressedFiles
import Foundation
import TestKit
import Testing

@Suite("Content of files, compressed or not")
struct ContentReaderTests {
    private let folder = TemporaryFolder()
    /// Enough to span many buffers and blocks, and not compressible to nothing.
    private let text = Data((0..<60_000).map { "line \($0) \($0 &* 2_654_435_761 % 1_000_003)\n" }.joined().utf8)

    @Test("how it is packed is told by content, whatever the name says")
    func contentDecides() throws {
        for format in ["plain", "gzip", "zstd", "xz", "bzip2", "lz4"] {
            let path = try folder.write(compress(text, format), as: "\(format).log")
            let (content, error) = try read(path)
            #expect(content == text, "\(format)")
            #expect(error == nil, "\(format)")
        }
    }

    @Test("members, frames and streams that follow each other are read as one")
    func severalMembers() throws {
        for format in ["gzip", "zstd", "xz", "bzip2", "lz4"] {
            let path = try folder.write(compress(text, format) + compress(Data("more\n".utf8), format), as: format)
            let (content, error) = try read(path)
            #expect(content == text + Data("more\n".utf8), "\(format)")
            #expect(error == nil, "\(format)")
        }
    }

    @Test("zeros behind a gzip member are padding")
    func gzipPadding() throws {
        let path = try folder.write(compress(text, "gzip") + Data(count: 700_000), as: "padded.gz")
        let (content, error) = try read(path)
        #expect(content == text)
        #expect(error == nil)
    }

    @Test("of truncated content what comes before is delivered, then the error")
    func truncated() throws {
        for format in ["gzip", "zstd", "xz", "bzip2", "lz4"] {
            let stored = compress(text, format)
            let path = try folder.write(stored.prefix(stored.count * 2 / 3), as: format)
            let (content, error) = try read(path)
            #expect(content.count > text.count / 3, "\(format)")
            #expect(content == text.prefix(content.count), "\(format)")
            #expect(error?.reason == .truncated, "\(format)")
            #expect(error?.position == Int64(stored.count * 2 / 3), "\(format)")
        }
    }

    @Test("of damaged content what comes before is delivered, then the error")
    func damaged() throws {
        for format in ["gzip", "zstd", "xz", "bzip2", "lz4"] {
            var stored = compress(text, format)
            for place in stored.count / 2..<stored.count / 2 + 400 { stored[place] = 0xA5 }
            let (content, error) = try read(try folder.write(stored, as: format))
            #expect(!content.isEmpty, "\(format)")
            guard case .corrupt = error?.reason else {
                Issue.record("\(format): \(String(describing: error))")
                continue
            }
            #expect(error?.description.contains("damaged") == true, "\(format)")
        }
    }

    @Test("something else behind a gzip member is an error after the content")
    func trailingGarbage() throws {
        let (content, error) = try read(try folder.write(compress(text, "gzip") + Data("garbage".utf8), as: "a.gz"))
        #expect(content == text)
        #expect(error != nil)
    }

    @Test(
        "content in another compression is named",
        arguments: [("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), ("zip", [0x50, 0x4B, 0x03, 0x04, 0x14, 0])]
            as [(String, [UInt8])])
    func unsupported(name: String, head: [UInt8]) throws {
        let (content, error) = try read(try folder.write(Data(head), as: "a"))
        #expect(content.isEmpty)
        #expect(error?.reason == .unsupported(name))
    }

    @Test("an empty file and one of a few bytes are plain", arguments: ["", "{", "{}\n"])
    func tiny(content: String) throws {
        let (read, error) = try read(try folder.write(Data(content.utf8), as: "tiny"))
        #expect(read == Data(content.utf8))
        #expect(error == nil)
    }

    @Test("the position ends at the size of what is stored")
    func position() throws {
        for format in ["plain", "gzip", "zstd", "xz", "bzip2", "lz4"] {
            let file = try InputFile(path: try folder.write(compress(text, format), as: format))
            let reader = ContentReader(file)
            _ = try drain(reader)
            #expect(reader.position == file.size, "\(format)")
        }
    }

    @Test("a pipe is read to its end as it comes")
    func pipe() throws {
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let stored = compress(text, "gzip")
        let writer = Thread { try? stored.write(to: URL(fileURLWithPath: path)) }
        writer.start()
        let (content, error) = try read(path)
        #expect(content == text)
        #expect(error == nil)
    }

    // MARK: -

    private func read(_ path: String) throws -> (Data, InputFileError?) {
        try drain(ContentReader(try InputFile(path: path)))
    }

    /// Reads in pieces of an awkward size.
    private func drain(_ reader: ContentReader) throws -> (Data, InputFileError?) {
        var content = Data()
        var buffer = [UInt8](repeating: 0, count: 10_007)
        while true {
            do {
                let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
                if count == 0 { return (content, nil) }
                content += buffer.prefix(count)
            } catch let error as InputFileError {
                return (content, error)
            }
        }
    }
}
