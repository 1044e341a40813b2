import CompressedFiles
import Foundation
import TestKit
import Testing

@Suite("Files to be read")
struct InputFileTests {
    private let folder = TemporaryFolder()

    @Test("a missing file is named with its reason")
    func missing() {
        let path = folder.path("absent.json")
        let error = #expect(throws: InputFileError.self) { try InputFile(path: path) }
        #expect(error?.description == "\(path): there is no such file")
    }

    @Test("a directory is refused with a hint")
    func directory() {
        let error = #expect(throws: InputFileError.self) { try InputFile(path: folder.path("")) }
        #expect(error?.reason == .isDirectory)
    }

    @Test("a file without permission is refused", .enabled(if: geteuid() != 0))
    func permission() throws {
        let path = try folder.write(Data("{}".utf8), as: "secret")
        #expect(chmod(path, 0) == 0)
        let error = #expect(throws: InputFileError.self) { try InputFile(path: path) }
        #expect(error?.explanation == "no permission to read it")
    }

    @Test("size and format are those of the moment it was opened")
    func sizeAndFormat() throws {
        let file = try InputFile(path: try folder.write(compress(Data("hello".utf8), "gzip"), as: "a.json"))
        #expect(file.format == .gzip)
        #expect(file.size == Int64(compress(Data("hello".utf8), "gzip").count))
    }

    @Test("reading at a place gives what stands there, less at the end, nothing behind it")
    func positional() throws {
        let file = try InputFile(path: try folder.write(Data("0123456789".utf8), as: "digits"))
        var buffer = [UInt8](repeating: 0, count: 4)
        func read(at offset: Int64) throws -> String {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        #expect(try read(at: 3) == "3456")
        #expect(try read(at: 8) == "89")
        #expect(try read(at: 20) == "")
    }
}
