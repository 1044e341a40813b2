import CompressedFiles
import FlareKit

/// A content that is followed: read up to a place, wherever it lies by now.
///
/// Its files come and go: it is renamed, compressed, copied and cut off; the content stays the same while its head does.
/// One thread at a time uses it.
final class LiveContent {
    let head: FileHead.Fingerprint
    /// How many bytes the fingerprint is of; 0 for a content of an earlier run that was not seen yet.
    private(set) var headLength = 0
    /// When it was begun, as far as its first record tells.
    private(set) var time = Timestamp(nanoseconds: .min)
    /// Comes before contents of a higher rank.
    private(set) var rank = 0

    /// Bytes of content that were handed out.
    private(set) var offset: Int64 = 0
    /// What lies at `offset` is the rest of a line that is too long.
    private(set) var isInLongLine = false
    /// Nothing of it is wanted.
    private(set) var isIgnored = false
    /// Bytes of a line that has no end yet, behind `offset`.
    private(set) var partial: Int64 = 0
    /// Rounds since it last grew.
    private(set) var quietRounds = 0
    /// The files in which it lies now, by their names.
    var listed: [(name: String, status: FileStatus)] = []
    /// Why it could not be read to its end; `nil` while it could.
    private(set) var failure: InputFileError?

    private var file: InputFile?
    private var stream: LineStream?
    /// What makes records of the file's lines; `nil` where they are records.
    private var lines: (any ContentForm.Decoder)?
    /// Files that were read to their ends, or as far as they can be, while they stand like that.
    private var finished: Set<FileStatus> = []

    /// What is read at a time, in bytes.
    private static let step = 1 << 19

    init(_ head: FileHead.Fingerprint) { self.head = head }

    /// The file at hand; `nil` where it lies in none any more.
    var present: InputFile? { file }

    func describe(_ head: FileHead, rank: Int) {
        headLength = head.length
        time = head.time ?? time
        self.rank = rank
    }

    func ignore() { isIgnored = true }

    /// Reads what came since, up to the end of its last whole line.
    ///
    /// - Returns: `nil` where there is nothing.
    func read(into buffer: LineBuffer, longestLine: Int) -> LineRegion? {
        // A file that is not held open may have another name by now.
        if file != nil, file?.status == nil { close() }
        guard !isIgnored, let file = file ?? open() else {
            quietRounds += 1
            return nil
        }
        do throws(InputFileError) {
            let region =
                isPlain
                ? try readPlain(file, buffer, longestLine) : try readStream(file, buffer, longestLine)
            quietRounds = region == nil ? quietRounds + 1 : 0
            return region
        } catch {
            failure = error
            finish(file)
            quietRounds += 1
            return nil
        }
    }

    /// Takes the line without an end as it is.
    func takePartial(into buffer: LineBuffer) -> LineRegion? {
        guard partial > 0, !isInLongLine, let file, isPlain else { return nil }
        buffer.resize(to: Int(partial))
        let count = (try? file.read(into: buffer[0..<Int(partial)], at: offset)) ?? 0
        guard count > 0 else { return nil }
        defer {
            offset += Int64(count)
            partial = 0
        }
        return LineRegion(bytes: records(buffer, count), position: offset)
    }

    /// Whether what is stored is read from where the last reading ended.
    private var isPlain: Bool { file?.isAsStored == true || lines != nil }

    /// Makes records of the stored lines in a buffer.
    ///
    /// - Returns: where in the buffer they stand.
    private func records(_ buffer: LineBuffer, _ count: Int) -> Range<Int> {
        guard let lines else { return 0..<count }
        lines.take(UnsafeRawBufferPointer(buffer[0..<count]), isLast: buffer.bytes[count - 1] != 10)
        var filled = 0
        while true {
            buffer.grow(to: max(buffer.capacity, filled + count), keeping: filled)
            let given = lines.give(into: buffer[filled..<buffer.capacity])
            if given == 0 { return 0..<filled }
            filled += given
        }
    }

    /// Lets go of the file, whose content is another one now or which nobody needs.
    func close() {
        file = nil
        stream = nil
        lines = nil
    }

    /// Lets go of a file that is listed no more, where others hold the same content.
    func leaveUnlisted() {
        guard let identity = file?.identity, !listed.isEmpty,
            !listed.contains(where: { $0.status.identity == identity })
        else { return }
        finished.formUnion(listed.map(\.status))
        close()
    }

    private func finish(_ file: InputFile) {
        if let status = file.status { finished.insert(status) }
        close()
    }

    private func open() -> InputFile? {
        // A plain file rather than a compressed one, which has to be decoded from its beginning.
        let files = listed.compactMap { name, status -> InputFile? in
            guard !finished.contains(status), let file = try? InputFile(path: name, form: .records),
                file.identity == status.identity
            else {
                return nil
            }
            return file
        }
        file = files.first { $0.format == .plain } ?? files.first
        if file != nil { failure = nil }
        lines = file?.lineDecoder()
        finished.formIntersection(listed.map(\.status))
        return file
    }

    private func readPlain(_ file: InputFile, _ buffer: LineBuffer, _ longestLine: Int) throws(InputFileError)
        -> LineRegion?
    {
        guard let size = file.status?.size, size > offset + partial else { return nil }
        var wanted = Self.step
        buffer.resize(to: wanted)
        var filled = 0
        while true {
            filled += try file.read(into: buffer[filled..<wanted], at: offset + Int64(filled))
            // The file may have been written anew meanwhile: then this is no part of the content.
            guard FileHead(of: file)?.fingerprint == head else {
                close()
                return nil
            }
            if isInLongLine {
                let passed = buffer.lineFeed(in: 0..<filled).map { $0 + 1 }
                isInLongLine = passed == nil
                offset += Int64(passed ?? filled)
                return passed == nil && filled < wanted ? nil : LineRegion(bytes: 0..<0, position: offset)
            }
            if let feed = buffer.lastLineFeed(in: 0..<filled) { return handOut(feed + 1, buffer) }
            if filled > longestLine {
                isInLongLine = true
                defer { offset += Int64(filled) }
                return LineRegion(bytes: 0..<0, position: offset, longLine: offset)
            }
            guard filled == wanted else {
                partial = Int64(filled)
                return nil
            }
            wanted = min(2 * wanted, max(longestLine + 1, Self.step))
            buffer.grow(to: wanted, keeping: filled)
        }
    }

    private func handOut(_ end: Int, _ buffer: LineBuffer) -> LineRegion {
        defer {
            offset += Int64(end)
            partial = 0
        }
        return LineRegion(bytes: records(buffer, end), position: offset)
    }

    /// Decodes from the beginning, and passes over what was handed out before.
    private func readStream(_ file: InputFile, _ buffer: LineBuffer, _ longestLine: Int) throws(InputFileError)
        -> LineRegion?
    {
        let stream = stream ?? LineStream(file, usualSize: Self.step, longestLine: longestLine, keepsLength: true)
        self.stream = stream
        while var region = try stream.next(into: buffer) {
            let end = region.position + Int64(region.bytes.count)
            guard end > offset || (region.longLine ?? -1) >= offset else { continue }
            if region.position < offset { region.consume(Int(offset - region.position)) }
            offset = max(end, offset)
            return region
        }
        finish(file)
        return nil
    }
}

extension LiveContent {
    /// Where a later run would go on: `unread` where lines were handed out that nobody has read yet.
    func place(unread: Int64?) -> String {
        isIgnored ? "ignored" : "\(unread ?? offset)\(isInLongLine && unread == nil ? " in a long line" : "")"
    }

    /// Takes the place up that an earlier run left.
    func resume(_ place: String) {
        let words = place.split(separator: " ", maxSplits: 1)
        isIgnored = words.first == "ignored"
        offset = words.first.flatMap { Int64($0) } ?? 0
        isInLongLine = words.count > 1
    }
}
