import FlareKit
import Foundation
import Testing
import TestKit

@testable import Whois

extension ContinuousClock.Instant {
    /// Long enough for what does not wait.
    static var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(20)) }
}

extension IPAddress {
    init(known text: StaticString) { self = IPAddress("\(text)") ?? IPAddress(v4: 0) }
}

/// A folder for the files of one test, gone when the test is.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("whois-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        return "\(path)/\(name)"
    }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

/// The Python that has mmdb_writer and maxminddb-geolite2, which scripts/setup --tests puts into .venv.
enum Python {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let path = "\(root)/.venv/bin/python3"
    static let isThere = FileManager.default.isExecutableFile(atPath: path)

    static func run(_ arguments: String...) throws -> Data {
        let command = try Command([path, "\(root)/Tests/WhoisTests/mmdb.py"] + arguments)
        try #require(command.status == 0, "mmdb.py failed")
        return command.output
    }
}
