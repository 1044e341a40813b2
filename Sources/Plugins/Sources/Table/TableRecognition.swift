import CompressedFiles
import ContextReading
import RecordArenas
import FlareKit
import RecordSchemas

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells which schema a file's records follow: by its content a known one, else by names and values of its columns.
package enum TableRecognition {
    package struct Found: Sendable {
        package var schema: TableSchema
        /// Of a built-in schema; empty for a guess.
        package var name = ""
        /// What was guessed, in a sentence without the file; empty for a known schema.
        package var statement = ""
    }

    /// How much of the content is looked at, in bytes.
    private static let size = 1 << 18
    /// So many records of a known form are tried.
    private static let mostTried = 256

    /// - Parameters:
    ///   - mayGuess: whether columns are guessed where no schema is known.
    ///   - isNamed: whether the user says that it is a table: records of sensors are none otherwise.
    /// - Throws: why it is no table that can be read.
    package static func schema(
        of file: InputFile, mayGuess: Bool = true, isNamed: Bool = true
    ) throws(InputFileError) -> Found {
        let begin = file.beginning(size)
        if begin.content.isEmpty, let failure = begin.failure { throw failure }
        do {
            if !isNamed, isOfSensor(begin.content) { throw Unreadable(what: "records of a sensor", remedy: "") }
            return try schema(
                of: begin.content, isWhole: begin.isWhole, reference: reference(of: file), mayGuess: mayGuess)
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
        guard !head.isEmpty else { throw Unreadable(what: "empty", remedy: "") }
        let nulls = head.prefix(4096).count { $0 == 0 }
        guard nulls * 10 < head.prefix(4096).count else { throw Unreadable(what: "binary data", remedy: "") }
        let whole = isWhole ? head[...] : head[...(head.lastIndex(of: 10) ?? head.count - 1)]
        if let known = try known(whole, reference) { return known }
        guard mayGuess else { throw Unreadable(what: "no log of a known tool", remedy: "") }
        let guess = TableGuess(String(decoding: whole, as: UTF8.self), reference)
        guard let schema = guess.schema else {
            throw Unreadable(what: guess.failure, remedy: guess.remedy)
        }
        let outcome = try trial(schema, whole, reference)
        guard outcome.used > 0 else {
            let why =
                outcome.ingest.rejected.merging(outcome.ingest.skipped) { first, _ in first }
                .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }.map { " (\($0.key))" } ?? ""
            throw Unreadable(
                what: "a table, guessed as \(guess.statement), of which no record can be used\(why)",
                remedy: guess.remedy)
        }
        return Found(schema: schema, statement: guess.statement)
    }

    /// The known schema that reads most of the records.
    private static func known(_ head: ArraySlice<UInt8>, _ reference: Timestamp) throws -> Found? {
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
            let outcome = try trial(schema, head, reference)
            guard outcome.used > 0, outcome.ingest.rejectedCount <= outcome.ingest.read / 2 else { continue }
            if let best, (best.signs, best.used) >= (signs, outcome.used) { continue }
            best = (Found(schema: schema, name: name), outcome.used, signs)
        }
        return best?.found
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
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(nanoseconds: Int64(now.tv_sec) * 1_000_000_000)
    }
}
