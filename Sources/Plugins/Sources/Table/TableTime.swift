import FlareKit
import RecordReaders

/// Times as tables write them.
enum TableTime {
    /// - Parameter reference: times without a year lie before this moment.
    static func read(_ text: String, _ reference: Timestamp) -> Int64? {
        var text = text
        var time: Int64 = 0
        let isTime = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                RecordReadTime($0.baseAddress, $0.count, reference.nanoseconds, &time)
            }
        }
        return isTime ? time : nil
    }

    /// Whether a word is the short name of a zone that means one alone in logs: UTC, CET.
    static func isZoneName(_ word: String) -> Bool {
        var word = word
        return word.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { RecordIsZoneName($0.baseAddress, $0.count) }
        }
    }

    /// The text of the time at the beginning of a line; empty where there is none.
    static func atBegin(_ line: String) -> String {
        var line = line
        return line.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                var length = 0
                let start = RecordTimeAtBegin(text.baseAddress, text.count, &length)
                return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
            }
        }
    }
}
