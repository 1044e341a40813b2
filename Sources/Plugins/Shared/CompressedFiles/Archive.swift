/// The files in an archive, one after another.
protocol Archive: AnyObject {
    /// Goes on to the next file, whatever was left of the one before.
    ///
    /// - Returns: `nil` behind the last one.
    func next() throws(InputFileError) -> ArchiveMember?
}

/// A file in an archive.
struct ArchiveMember {
    let name: String
    /// Its content as it is stored in the archive, decompressed; `nil` where it cannot be read.
    let content: (any ByteInput)?
    /// Why it cannot be read.
    var refusal: InputFileError.Reason?

    /// What archivers of macOS add to each file.
    var isForkOfMacOS: Bool {
        name.hasPrefix("__MACOSX/") || name.split(separator: "/").last?.hasPrefix("._") == true
    }
}

/// The contents of those files in an archive that are of one kind, that of the first one which is known.
final class ArchiveInput: ByteInput {
    /// Files that are not read, and why.
    private(set) var leftOut: [InputFileError] = []
    /// Whether a reading ends where a file does, with nothing read.
    var stopsBetweenFiles = false
    /// Whether what comes next is the beginning of another file.
    private(set) var isBetweenFiles = false

    private let archive: any Archive
    private let path: String
    private let opener: ContentOpener
    private var kind: String?
    private var member: (any ByteInput)?
    private var memberPath = ""
    private var endsInLine = false
    private var print = ContentPrint()
    /// Which files had which contents.
    private var known: [ContentPrint: String] = [:]

    init(_ archive: any Archive, path: String, _ opener: ContentOpener) {
        self.archive = archive
        self.path = path
        self.opener = opener
    }

    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        isBetweenFiles = false
        while true {
            guard let member else {
                let isFirst = kind == nil
                guard try begin() else { return 0 }
                isBetweenFiles = stopsBetweenFiles && !isFirst
                if isBetweenFiles { return 0 }
                continue
            }
            do throws(InputFileError) {
                let count = try member.next(into: buffer)
                if count > 0 {
                    endsInLine = buffer[count - 1] != 10
                    print.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    return count
                }
                tellCopy()
            } catch {
                // The archive itself tells of its own damage.
                if error.path == path { throw error }
                leftOut.append(error)
            }
            self.member = nil
            if endsInLine, kind != ContentForm.capture {
                endsInLine = false
                buffer[0] = 10
                return 1
            }
        }
    }

    /// What was read cannot be taken back: that it was there before is told.
    private func tellCopy() {
        if let other = known[print] {
            let what = "the same as \(other.dropFirst(path.count + 1)), and counted twice"
            leftOut.append(
                InputFileError(
                    path: memberPath,
                    reason: .foreign(what, remedy: "unpack the archive: of copies in a folder one is read")))
        } else {
            known[print] = memberPath
        }
    }

    /// - Returns: `false` behind the last file.
    private func begin() throws(InputFileError) -> Bool {
        while let next = try archive.next() {
            if next.isForkOfMacOS { continue }
            // Of LibreOffice the type comes first.
            guard next.name != "[Content_Types].xml", next.name != "mimetype" else {
                throw InputFileError(path: path, reason: .foreign("a document of Office", remedy: "save it as CSV"))
            }
            memberPath = "\(path)/\(next.name)"
            guard let content = next.content else {
                leftOut.append(InputFileError(path: memberPath, reason: next.refusal ?? .notRegular))
                continue
            }
            do throws(InputFileError) {
                let opened = try opener.open(BufferedInput(content), path: memberPath, name: next.name)
                guard let found = opened.kind else { throw InputFileError(path: memberPath, reason: .empty) }
                if let kind, kind != found {
                    throw InputFileError(
                        path: memberPath,
                        reason: .foreign("in an archive with files of another kind", remedy: "unpack it"))
                }
                kind = found
                member = opened.content
                print = ContentPrint()
                return true
            } catch {
                if error.path == path { throw error }
                leftOut.append(error)
            }
        }
        if kind == nil {
            let first = leftOut.first
            if let first, leftOut.allSatisfy({ $0.reason == first.reason }) {
                throw InputFileError(path: path, reason: first.reason)
            }
            let detail = first.map { " (\($0.path.dropFirst(path.count + 1)): \($0.explanation))" } ?? ""
            throw InputFileError(
                path: path, reason: .foreign("an archive in which no sensor's file is\(detail)", remedy: ""))
        }
        return false
    }
}

/// What tells a content from others, however it comes in pieces.
private struct ContentPrint: Hashable {
    private var length = 0
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    /// Bytes that do not fill a word yet.
    private var rest: UInt64 = 0

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while place < bytes.count {
            if length % 8 == 0, bytes.count - place >= 8 {
                mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
                place += 8
                length += 8
                continue
            }
            rest |= UInt64(bytes[place]) << UInt64(length % 8 * 8)
            place += 1
            length += 1
            if length % 8 == 0 {
                mix(rest)
                rest = 0
            }
        }
    }

    private mutating func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
    }
}
