import CompressedFiles
import ContextReading
import RecordArenas
import FlareKit
import Foundation
import LineFiles
import RecordSchemas

/// Tells which schema a file's records follow: by its content a known one, else by names and values of its columns.
package enum TableRecognition {
    package struct Found: Sendable {
        package var schema: TableSchema
        /// Of a built-in schema; empty for a guess.
        package var name = ""
        /// What was guessed, in a sentence without the file; empty for a known schema.
        package var statement = ""
        /// Whether the records are lines that stand in documents, or in a column of a table.
        package var isInMessages = false
    }

    /// How much of the content is looked at, in bytes.
    private static let size = 1 << 18
    /// The same of a stream that goes on: nobody waits long for records.
    private static let liveSize = 1 << 11
    /// So many records of a known form are tried.
    private static let mostTried = 256

    /// - Parameters:
    ///   - mayGuess: whether columns are guessed where no schema is known.
    ///   - isLive: whether a stream goes on while it is read.
    ///   - isNamed: whether the user says that it is a table: records of sensors are none otherwise.
    /// - Throws: why it is no table that can be read.
    package static func schema(
        of file: InputFile, isLive: Bool = false, mayGuess: Bool = true, isNamed: Bool = true
    ) throws(InputFileError) -> Found {
        let size = isLive && file.isStream ? liveSize : size
        let begin = file.beginning(size)
        if begin.content.isEmpty, let failure = begin.failure { throw failure }
        do {
            if !isNamed, isOfSensor(begin.content) { throw Unreadable(what: "records of a sensor", remedy: "") }
            let reference = reference(of: file)
            var unused: Unreadable?
            if let known = try known(whole(begin.content, begin.isWhole), reference, &unused) { return known }
            let inside = file.beginning(size, as: .messages)
            if inside.content != begin.content,
                var known = try known(whole(inside.content, inside.isWhole), reference, &unused)
            {
                known.isInMessages = true
                return known
            }
            try checkText(begin.content)
            do {
                return try guessed(whole(begin.content, begin.isWhole), reference, mayGuess: mayGuess)
            } catch {
                // Lines that stand in documents, or in a column.
                guard inside.content != begin.content,
                    var found = try? guessed(whole(inside.content, inside.isWhole), reference, mayGuess: mayGuess)
                else { throw unused ?? error }
                found.isInMessages = true
                return found
            }
        } catch let error as Unreadable {
            throw InputFileError(path: file.path, reason: .foreign(error.what, remedy: error.remedy))
        } catch {
            throw InputFileError(path: file.path, reason: .foreign("\(error)", remedy: ""))
        }
    }

    /// Whether a refusal is of a table whose columns tell too little.
    package static func isTable(_ refusal: InputFileError) -> Bool {
        if case .foreign(let what, _) = refusal.reason { what.hasPrefix("a table") } else { false }
    }

    /// Whether it is of records of a known tool of which none can be used.
    package static func isOfKnownTool(_ refusal: InputFileError) -> Bool {
        if case .foreign(let what, _) = refusal.reason { what.hasPrefix(unusedBegin) } else { false }
    }

    /// Of records that are written in another form than the schema's.
    private static let reasonsOfForm = ["not JSON", "no key=value", "no header above"]
    private static let unusedBegin = "a log that is known ("

    /// Whether records of Suricata or Zeek stand in it, in whatever wrapping: their own sources know more of them.
    private static func isOfSensor(_ head: [UInt8]) -> Bool {
        let head = head.prefix(1 << 14)
        return ["event_type\"", "event_type\\\"", "id.orig_h", "id_orig_h", "\"suricata\"", "\"zeek\"", "#fields\t"]
            .contains {
                head.firstRange(of: Array($0.utf8)) != nil
            }
    }

    /// What a content is, and what to do.
    package struct Unreadable: Error {
        package var what: String
        package var remedy: String
    }

    /// - Parameters:
    ///   - head: the beginning of a content, decoded.
    ///   - isWhole: whether nothing comes behind it.
    package static func schema(
        of head: [UInt8], isWhole: Bool, reference: Timestamp, mayGuess: Bool = true
    ) throws -> Found {
        try checkText(head)
        let whole = whole(head, isWhole)
        var unused: Unreadable?
        return try known(whole, reference, &unused) ?? guessed(whole, reference, mayGuess: mayGuess)
    }

    private static func checkText(_ head: [UInt8]) throws(Unreadable) {
        guard !head.isEmpty else { throw Unreadable(what: "empty", remedy: "") }
        let nulls = head.prefix(4096).count { $0 == 0 }
        guard nulls * 10 < head.prefix(4096).count else { throw Unreadable(what: "binary data", remedy: "") }
    }

    /// What the columns of a table that no schema knows are guessed to be.
    private static func guessed(_ whole: ArraySlice<UInt8>, _ reference: Timestamp, mayGuess: Bool) throws -> Found {
        guard mayGuess else { throw Unreadable(what: "no log of a known tool", remedy: "") }
        // What is no UTF-8 is Latin-1, as spreadsheets write it.
        let text = String(validating: whole, as: UTF8.self) ?? String(decoding: whole.map(UInt16.init), as: UTF16.self)
        let guess = TableGuess(text, reference)
        guard let schema = guess.schema else {
            throw Unreadable(what: guess.failure, remedy: guess.remedy)
        }
        let outcome = try trial(schema, whole, reference)
        guard outcome.used > 0 else {
            throw Unreadable(
                what: "a table, guessed as \(guess.statement), of which no record can be used"
                    + reason(outcome.ingest),
                remedy: guess.remedy)
        }
        return Found(schema: schema, statement: guess.statement)
    }

    /// Why most of the records cannot be used, in brackets.
    private static func reason(_ ingest: IngestCounts) -> String {
        ingest.rejected.merging(ingest.skipped) { first, _ in first }
            .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }.map { " (\($0.key))" } ?? ""
    }

    /// Whether a schema reads the lines that stand in a file's documents, and not the file as it is.
    static func isInMessages(_ file: InputFile, _ schema: TableSchema) throws -> Bool {
        guard schema.form != .json else { return false }
        let reference = reference(of: file)
        let (begin, inside) = (file.beginning(size), file.beginning(size, as: .messages))
        guard inside.content != begin.content, !begin.content.isEmpty else { return false }
        return try trial(schema, whole(begin.content, begin.isWhole), reference).used == 0
            && trial(schema, whole(inside.content, inside.isWhole), reference).used > 0
    }

    /// A beginning without the line that is cut off.
    private static func whole(_ head: [UInt8], _ isWhole: Bool) -> ArraySlice<UInt8> {
        isWhole || head.isEmpty ? head[...] : head[...(head.lastIndex(of: 10) ?? head.count - 1)]
    }

    /// The known schema that reads most of the records.
    ///
    /// - Parameter unused: becomes what is wrong with records of a known tool of which none can be used.
    private static func known(
        _ head: ArraySlice<UInt8>, _ reference: Timestamp, _ unused: inout Unreadable?
    ) throws -> Found? {
        var mostSigns = (0, 0)
        let lines = head.split(separator: 10, maxSplits: 400, omittingEmptySubsequences: true).prefix(400)
            .map { String(decoding: $0.prefix(8192), as: UTF8.self) }
        let all = [String(decoding: head.prefix(1 << 16), as: UTF8.self)]
        var best: (found: Found, used: Int, signs: Int)?
        for (name, schema) in try BuiltInTables.all() {
            let signs = schema.signs.filter { signs in
                // Documents that are spread over lines have their signs in several.
                (schema.form == .json || schema.form == .xml ? lines + all : lines).contains { line in
                    signs.allSatisfy { line.contains($0) }
                }
            }.map(\.count).max()
            guard let signs else { continue }
            let (schema, isAsItIs) = separated(schema, lines)
            let outcome = try trial(schema, head, reference)
            if outcome.used == 0, outcome.ingest.read > 0 {
                // The same signs in another form say less.
                let isOfForm = reasonsOfForm.allSatisfy { outcome.ingest.rejected[$0] == nil }
                let rank = (isOfForm ? 1 : 0, signs)
                if unused == nil || rank > mostSigns {
                    mostSigns = rank
                    unused = Unreadable(
                        what: unusedBegin + schema.title + ") of which no record can be used" + reason(outcome.ingest),
                        remedy: schema.remedy)
                }
            }
            guard outcome.used > 0, outcome.ingest.rejectedCount <= outcome.ingest.read / 2 else { continue }
            if let best, (best.signs, best.used) >= (signs, outcome.used) { continue }
            best = (Found(schema: schema, name: isAsItIs ? name : ""), outcome.used, signs)
        }
        // The machine's own order of day and month, as far as its days tell.
        let order = ValueForms.dayOrder(lines.map { TableTime.atBegin($0) }, reference, isForeign: false)
        if let order, order.isSure, order.order == .dayFirst, best?.found.schema.time == "@time" {
            best?.found.schema.dayFirst = true
            best?.found.name = ""
        }
        return best?.found
    }

    /// A schema with the separator that its header is written with, since exports differ in that.
    private static func separated(_ schema: TableSchema, _ lines: [String]) -> (schema: TableSchema, isAsItIs: Bool) {
        guard schema.form == .rows,
            let header = lines.first(where: { line in schema.signs.contains { $0.allSatisfy(line.contains) } })
        else { return (schema, true) }
        func columns(_ separator: String) -> Int {
            var other = schema
            other.separator = separator
            guard let byte = other.separatorByte else { return 0 }
            return TableSample.cells(header, Character(UnicodeScalar(byte))).count
        }
        guard let best = [schema.separator, ",", ";", "tab", "|"].max(by: { columns($0) < columns($1) }),
            columns(best) > columns(schema.separator)
        else { return (schema, true) }
        var other = schema
        other.separator = best
        return (other, false)
    }

    private static func trial(
        _ schema: TableSchema, _ head: ArraySlice<UInt8>, _ reference: Timestamp
    ) throws -> (used: Int, ingest: IngestCounts) {
        let scan = Scan(kinds: [.flow: [], .dns: []], now: reference)
        let scanner = TableScanner(try Interest(all: scan, schema.recordSchema), longest: size)
        scanner.begin("", reference: reference)
        head.withUnsafeBytes { scanner.give($0) }
        while scanner.read(most: mostTried, isLast: true) { RecordArenaForget(scanner.arena) }
        scanner.finish()
        let ingest = scanner.ingest(of: "")
        return (ingest.usedCount, ingest)
    }

    /// Before this moment a file's records were written, as far as the system knows.
    static func reference(of file: InputFile) -> Timestamp {
        if let changed = file.status?.changed, !file.isStream { return Timestamp(nanoseconds: changed) }
        return Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970) * 1_000_000_000)
    }
}
