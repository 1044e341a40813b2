import CompressedFiles
import FlareKit

/// Follows the files that some paths mean, as they grow, rotate, are cut off and written anew.
///
/// What is followed are contents, told by their heads, not names: a file that was renamed or compressed goes on where it
/// was; a copy (`copytruncate`) is the same content, and takes over where the original was cut off; a file that begins
/// anew is a new content. Contents are read in the order in which they were begun, each to its present end.
/// One thread at a time uses it.
package final class LiveFiles {
    /// What comes next.
    enum Step {
        case lines(LineRegion)
        /// Lines of another content will come: `file` says of which.
        case file
        /// Nothing for now; the next call looks at the files anew.
        case idle
    }

    /// Rounds without growth after which a file that has a successor is taken to be whole.
    private static let settledRounds = 40
    /// How much older than the window before the newest file a file may be and still be read, in nanoseconds.
    private static let slack: Int64 = 3_600_000_000_000

    private let paths: InputPaths
    private let longestLine: Int
    /// Which files are read before others in the same round: the lower first, by a file's name.
    private let rank: @Sendable (String) -> Int
    /// Of a first run: files that did not change within so long before the newest one are left alone.
    private let window: Int64?
    private var isFirstRound: Bool

    private var contents: [LiveContent] = []
    private var byHead: [FileHead.Fingerprint: LiveContent] = [:]
    /// What each file held when it was last looked at.
    private var known: [FileIdentity: (status: FileStatus, head: FileHead.Fingerprint)] = [:]
    /// The contents that are still to be asked in this round.
    private var round: ArraySlice<LiveContent> = []
    private var current: LiveContent?
    /// Lines that wait until their file was announced.
    private var waiting: LineRegion?
    private var failed: Set<String> = []

    /// Lines that nobody could read, by reason.
    private(set) var notes = IngestCounts()

    /// - Parameters:
    ///   - resume: where an earlier run stopped.
    ///   - longestLine: in bytes, the line feed not counted.
    ///   - window: how far back a first run is to read, in nanoseconds; `nil` for all.
    package init(
        _ paths: InputPaths, resume: Checkpoint?, longestLine: Int, window: Int64? = nil,
        rank: @escaping @Sendable (String) -> Int = { _ in 0 }
    ) {
        self.paths = paths
        self.longestLine = longestLine
        self.window = window
        self.rank = rank
        isFirstRound = resume?.state.isEmpty ?? true
        for (head, place) in resume?.state ?? [:] {
            let content = LiveContent(FileHead.Fingerprint(text: head))
            content.resume(place)
            contents.append(content)
            byHead[content.head] = content
        }
    }

    /// The file at hand.
    var file: InputFile? { current?.present }

    /// What tells the content at hand from others, whatever it is called.
    var content: String { current?.head.text ?? "" }

    /// Where a later run would go on.
    ///
    /// - Parameter unread: where lines begin that were handed out and not read.
    func checkpoint(unread: Int64?) -> Checkpoint {
        var state: [String: String] = [:]
        for content in contents {
            let isAtHand = content === current
            state[content.head.text] = content.place(unread: isAtHand ? waiting?.position ?? unread : nil)
        }
        return Checkpoint(state)
    }

    /// The next lines of the content at hand, or of the next one.
    func next(into buffer: LineBuffer) -> Step {
        if let lines = waiting {
            waiting = nil
            return .lines(lines)
        }
        if round.isEmpty { beginRound() }
        while let content = round.first {
            guard let lines = lines(of: content, buffer) else {
                round.removeFirst()
                continue
            }
            if content === current { return .lines(lines) }
            current = content
            waiting = lines
            return .file
        }
        return .idle
    }

    private func lines(of content: LiveContent, _ buffer: LineBuffer) -> LineRegion? {
        if let lines = content.read(into: buffer, longestLine: longestLine) { return lines }
        if let failure = content.failure { note(failure) }
        guard isSettled(content) else { return nil }
        return content.takePartial(into: buffer)
    }

    /// Whether a content will hardly grow any more: it was still, and another of its rank was begun after it.
    private func isSettled(_ content: LiveContent) -> Bool {
        content.quietRounds > Self.settledRounds
            && contents.contains { $0.rank == content.rank && $0.headLength > 0 && $0.time > content.time }
    }

    /// Looks at all files, and puts the contents in order.
    private func beginRound() {
        let files = paths.list()
        InputFile.allowOpen(files.count)
        let horizon = window.flatMap { window in
            isFirstRound
                ? files.map(\.status.changed).max().map {
                    $0.subtractingClamped(window).subtractingClamped(Self.slack)
                } : nil
        }
        isFirstRound = isFirstRound && files.isEmpty
        for content in contents { content.listed = [] }
        var present: [FileIdentity: (status: FileStatus, head: FileHead.Fingerprint)] = [:]
        for (name, status) in files {
            guard let content = content(of: name, status) else { continue }
            if let horizon, status.changed < horizon { content.ignore() }
            content.listed.append((name, status))
            present[status.identity] = (status, content.head)
        }
        known = present
        for content in contents where content.quietRounds > Self.settledRounds && content.partial == 0 {
            content.leaveUnlisted()
        }
        for content in contents where content.listed.isEmpty && isOver(content) { forget(content) }
        contents.sort { ($0.rank, $0.time, $0.head.text) < ($1.rank, $1.time, $1.head.text) }
        round = contents[...]
    }

    /// The content of a file; `nil` where it does not hold a whole record yet, or cannot be read.
    private func content(of name: String, _ status: FileStatus) -> LiveContent? {
        let before = known[status.identity]
        if let before, before.status == status { return byHead[before.head] }
        let file: InputFile
        do throws(InputFileError) {
            file = try InputFile(path: name, form: .records)
        } catch {
            note(error)
            return nil
        }
        let head = FileHead(of: file)
        if let before, before.head != head?.fingerprint, let old = byHead[before.head],
            old.present?.identity == status.identity
        {
            // Written anew in place. What was read of it before may go on in a copy.
            old.close()
        }
        guard let head else { return nil }
        let content = byHead[head.fingerprint] ?? LiveContent(head.fingerprint)
        if byHead.updateValue(content, forKey: head.fingerprint) == nil { contents.append(content) }
        if content.headLength == 0 { content.describe(head, rank: rank(name)) }
        return content
    }

    /// Whether nothing of a content that no name leads to can come any more.
    private func isOver(_ content: LiveContent) -> Bool {
        guard content.quietRounds > Self.settledRounds else { return false }
        return content.present == nil || (content.partial == 0 && isSettled(content))
    }

    private func forget(_ content: LiveContent) {
        if content.partial > 0 {
            notes.reject("line cut off with its file", at: IngestCounts.Place("", content.offset))
        }
        contents.removeAll { $0 === content }
        byHead[content.head] = nil
        if current === content { current = nil }
    }

    /// Puts down once what could not be read.
    private func note(_ error: InputFileError) {
        guard failed.insert("\(error.path) \(error.reason)").inserted else { return }
        notes.note(error)
    }
}

extension LiveFiles {
    /// The files to follow for a scan.
    ///
    /// - Returns: `nil` where standard input or a pipe is followed, which is read as it comes.
    /// - Throws: `PluginError` where files and streams are to be followed together.
    package convenience init?(
        _ paths: InputPaths, _ scan: Scan, longestLine: Int, rank: @escaping @Sendable (String) -> Int = { _ in 0 }
    ) throws {
        guard !paths.haveStreams else {
            guard paths.count == 1 else {
                throw PluginError(
                    "files and what is read once, such as standard input, cannot be followed together",
                    remedy: "give each a source of its own")
            }
            return nil
        }
        let window: Int64? = if case .last(let length) = scan.request { length } else { nil }
        self.init(paths, resume: scan.resume.first, longestLine: longestLine, window: window, rank: rank)
    }
}
