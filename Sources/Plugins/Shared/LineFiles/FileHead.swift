import CompressedFiles
import FlareKit

/// The beginning of a file's content: what it is told from other files by, and about when it was begun.
///
/// A file keeps its head under whatever name and however it is compressed, and a file that is written anew in the same
/// place has another: a sensor's first record bears its time to the microsecond.
package struct FileHead: Sendable {
    /// What makes two files copies of one content, or one the beginning of the other.
    package struct Fingerprint: Hashable, Sendable {
        /// In hexadecimal.
        package let text: String
    }

    /// How much is looked at, in bytes: the header of a Zeek log with a record, or the begin of a long record.
    package static let size = 4096

    package let bytes: [UInt8]
    /// The first line that is no comment, its line feed included; cut at `size`.
    private let record: Range<Int>

    /// - Returns: `nil` where the content does not hold a whole record yet.
    package init?(_ content: some Collection<UInt8>) {
        bytes = Array(content.prefix(Self.size))
        var begin = 0
        while begin < bytes.count {
            let end = bytes[begin...].firstIndex(of: 10).map { $0 + 1 }
            guard let end else {
                if bytes.count < Self.size { return nil }
                break
            }
            if bytes[begin] != UInt8(ascii: "#") {
                record = begin..<end
                return
            }
            begin = end
        }
        guard bytes.count == Self.size else { return nil }
        record = begin..<bytes.count
    }

    /// - Returns: `nil` where the content does not hold a header and a packet yet.
    private init?(binary content: some Collection<UInt8>) {
        bytes = Array(content)
        guard bytes.count >= Self.tellingBytes else { return nil }
        record = 0..<Self.tellingBytes
    }

    /// The headers of a file and its first packet, and the packet's beginning.
    private static let tellingBytes = 64

    /// Looks at the content of a file; where the file itself stands does not change.
    ///
    /// - Parameter isText: whether it is one of lines; otherwise its first bytes tell it.
    /// - Returns: `nil` where it does not hold a whole record yet, or nothing can be decoded.
    package init?(of file: InputFile, isText: Bool = true) {
        var memory = [UInt8](repeating: 0, count: Self.size)
        let count = try? memory.withUnsafeMutableBytes { buffer throws(InputFileError) in
            if file.isAsStored { return try file.read(into: buffer, at: 0) }
            return try ContentReader(file).read(into: buffer)
        }
        guard let count else { return nil }
        if isText {
            self.init(memory[..<count])
        } else {
            self.init(binary: memory[..<count])
        }
    }

    package var fingerprint: Fingerprint {
        let digest = SHA256.digest(bytes[..<record.upperBound]).prefix(12)
        return Fingerprint(text: digest.map(\.hexadecimal).joined())
    }

    /// How many bytes the fingerprint is of.
    package var length: Int { record.upperBound }

    /// About when the file was begun: the latest time that its first records bear, since a record that was logged at a
    /// connection's end bears its beginning. `timestamp` in EVE, `ts` in Zeek's JSON, the first column in its columns.
    package var time: Timestamp? {
        bytes[record.lowerBound...].split(separator: 10).compactMap(Self.time(of:)).max()
    }

    private static func time(of line: ArraySlice<UInt8>) -> Timestamp? {
        let line = String(decoding: line, as: UTF8.self)
        for name in ["\"timestamp\"", "\"ts\""] {
            guard let found = line.firstRange(of: name) else { continue }
            let value = line[found.upperBound...].drop { ": \"".contains($0) }.prefix { !"\",} ".contains($0) }
            return moment(value)
        }
        return moment(line.prefix { $0 != "\t" && $0 != "\n" })
    }

    /// Seconds since 1970, or an ISO 8601 time.
    private static func moment(_ text: Substring) -> Timestamp? {
        if let seconds = Double(text) {
            return seconds.isFinite && abs(seconds) < 9e9 ? Timestamp(seconds: seconds) : nil
        }
        return Timestamp(String(text))
    }
}
