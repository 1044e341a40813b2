import FlareOptions

/// Why a program from outside is heard no more.
enum ExternalFault: Error, Sendable, Hashable {
    /// It could not be started: why.
    case notStarted(String)
    /// The library could not be loaded: why.
    case notLoaded(String)
    /// It ended though it owed an answer: how, and the last lines it wrote to standard error.
    case ended(String, lastWords: [String])
    /// It ended in the middle of a line: how, and after how many bytes of it.
    case endedInMidLine(String, bytes: Int)
    /// It closed its output though it owed an answer.
    case closedOutput
    /// It owed an answer for so long: what was asked.
    case silent(OptionDuration, asked: String)
    case lineTooLong(ByteSize)
    case floodOfErrors(ByteSize)
    /// A line is no JSON: what is wrong with it, and how it begins.
    case notJSON(String, line: String)
    /// An answer to a question that nobody asked.
    case noSuchQuestion(Int64)
    case answeredTwice(Int64)
    /// An answer that does not fit its question: what does not fit.
    case nonsense(String)
    /// It said by itself that it cannot go on: its words.
    case gaveUp(String)
    /// It describes itself otherwise than it was recorded: in which respects.
    case differs([String])
    /// A file of a pinned command is not the one that was recorded: its path.
    case changedFile(String)
    /// The run ended first.
    case runEnded
}

extension ExternalFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .notStarted(let why): return "it could not be started: \(why)"
        case .notLoaded(let why): return "it cannot be loaded: \(why)"
        case .ended(let how, let words):
            return "it \(how) before it answered" + (words.isEmpty ? "" : "; its last words: ")
                + words.joined(separator: " | ")
        case .endedInMidLine(let how, let bytes):
            return "it \(how) in the middle of a line, after \(bytes) bytes of it"
        case .closedOutput: return "it closed its output before it answered"
        case .silent(let time, let asked):
            return
                "it gave no answer to \"\(asked)\" for \(time); a slow plugin may be given more time with limits.answer"
        case .lineTooLong(let size):
            return "it wrote more than \(size) without an end of line; limits.line allows no more"
        case .floodOfErrors(let size): return "it wrote more than \(size) to standard error (limits.errors)"
        case .notJSON(let what, let line): return "it wrote a line that is no JSON (\(what)): \(line)"
        case .noSuchQuestion(let id): return "it answered question \(id), which was never asked"
        case .answeredTwice(let id): return "it answered question \(id) twice"
        case .nonsense(let what): return "its answer cannot be used: \(what)"
        case .gaveUp(let words): return "it gave up: \(words)"
        case .differs(let respects):
            return "it describes itself otherwise than plugins.yaml records: \(respects.joined(separator: ", ")); "
                + "look at what changed, then record it anew with \"flare plugins add\""
        case .changedFile(let path):
            return "\(path) is not the file that was pinned; look at what changed, then record it anew with "
                + "\"flare plugins add --pin\""
        case .runEnded: return "the run ended first"
        }
    }
}
