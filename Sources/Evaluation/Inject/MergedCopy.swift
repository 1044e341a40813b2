import CompressedFiles
import FlareKit

/// Copies a log line by line, with further flows where they belong in time.
public struct MergedCopy {
    /// How many lines are looked at to tell the form.
    private static let headLines = 50
    private static let bufferSize = 1 << 20

    private let input: String

    /// - Parameter input: the path of a log, plain or compressed.
    public init(_ input: String) { self.input = input }

    /// The form of the log.
    public func form() throws -> FlowLineForm {
        var head: [String] = []
        try eachLine { line in
            head.append(String(decoding: line, as: UTF8.self))
            return head.count < Self.headLines
        }
        return try FlowLineForm(head: head, path: input)
    }

    /// Writes the copy.
    ///
    /// - Parameters:
    ///   - flows: by start.
    ///   - write: takes bytes of whole lines, in order.
    public func write(_ form: FlowLineForm, _ flows: [Injection.Flow], to write: ([UInt8]) throws -> Void) throws {
        var waiting = flows.map { (time: form.time(of: $0), flow: $0) }
            .sorted { ($0.time, $0.flow.id) < ($1.time, $1.flow.id) }[...]
        var text: [UInt8] = []
        func insert(until time: Timestamp?) {
            while let next = waiting.first, time.map({ next.time <= $0 }) ?? true {
                text += Array(form.line(next.flow).utf8) + [0x0A]
                waiting.removeFirst()
            }
        }
        try eachLine { line in
            if line.first == UInt8(ascii: "#") {
                // Zeek's closing line comes last of all.
                if line.starts(with: "#close".utf8) { insert(until: nil) }
            } else if let next = waiting.first,
                let time = form.time(of: String(decoding: line.prefix(400), as: UTF8.self)),
                next.time <= time
            {
                insert(until: time)
            }
            text += line
            text.append(0x0A)
            if text.count > Self.bufferSize {
                try write(text)
                text.removeAll(keepingCapacity: true)
            }
            return true
        }
        insert(until: nil)
        try write(text)
    }

    /// - Parameter body: is given each line without its end; `false` ends the reading.
    private func eachLine(_ body: (ArraySlice<UInt8>) throws -> Bool) throws {
        let reader = try open()
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
        while true {
            let count = try fill(&buffer, from: reader)
            if count == 0 { break }
            rest += buffer[..<count]
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: 0x0A) {
                if try !body(rest[start..<end]) { return }
                start = end + 1
            }
            rest.removeSubrange(..<start)
        }
        if !rest.isEmpty { _ = try body(rest[...]) }
    }

    private func open() throws -> ContentReader {
        do throws(InputFileError) {
            return ContentReader(try InputFile(path: input))
        } catch {
            throw PluginError(error.explanation, at: error.place)
        }
    }

    private func fill(_ buffer: inout [UInt8], from reader: ContentReader) throws -> Int {
        do {
            return try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
        } catch let error as InputFileError {
            throw PluginError(error.explanation, at: error.place)
        }
    }
}
