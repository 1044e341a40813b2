import ArgumentParser
import CompressedFiles
import FlareKit
import Foundation
import LineFiles
import Table

/// The files of sensors among what a command is to read, told by what is in them, and why the others are not read.
struct SensorFiles {
    /// Of each source plugin, what it reads.
    private(set) var paths: [String: [String]] = [:]
    /// Of each schema of a table, known or guessed, what follows it.
    private(set) var tables: [(found: TableRecognition.Found, paths: [String])] = []
    /// The inputs that are not read, by what is wrong with them.
    private(set) var notes = IngestCounts()

    /// Those that are not read, one by one, up to `mostTold`.
    private var failures: [InputFileError] = []
    /// Folders are read once, whatever links lead to them.
    private var folders: Set<FileIdentity> = []
    private let sensor: String?

    private static let mostTold = 5

    /// Looks at files, folders as deep as they go, and patterns that no shell has expanded.
    ///
    /// - Parameter sensor: the source plugin, where the user names it.
    /// - Throws: `ExitCode` where nothing can be read, after it was said why: 4 where there is nothing, else 2.
    init(_ inputs: [String], sensor: String?) throws {
        self.sensor = sensor
        for input in inputs { try look(at: input) }
        guard paths.isEmpty, tables.isEmpty else { return }
        let told = failures.prefix(Self.mostTold).map(Self.sentence)
        let more = failures.count - told.count
        if failures.isEmpty {
            Self.complain("there is no file in \(inputs.joined(separator: ", "))")
        } else {
            for sentence in told { Self.complain(sentence) }
            if more > 0 { Self.complain("and \(more.grouped) more files cannot be read") }
        }
        let isNothing = failures.allSatisfy { $0.reason == .empty }
        throw ExitCode(isNothing ? FlareExit.nothingToJudge : FlareExit.usage)
    }

    /// Has what is no pipeline file named for what it is.
    ///
    /// - Throws: `ExitCode` 2, or 78 where it cannot be read, after it was said.
    static func requirePipeline(_ path: String) throws {
        // What is read once is left to the pipeline's own reader.
        if FileIdentity.isStream(path) { return }
        let content: FileContent
        do throws(InputFileError) {
            content = try FileContent(of: InputFile(path: path, form: .records))
        } catch {
            let isFolder = error.reason == .isDirectory
            complain(isFolder ? "\(path) is a folder; name a pipeline file in it" : sentence(error))
            throw ExitCode(FlareExit.configuration)
        }
        guard let what = content == .empty ? "empty" : content.name else { return }
        let remedy = content.source == nil ? "" : "; it is read by: flare hunt \(path)"
        complain("\(path) is \(what), no pipeline file\(remedy)")
        throw ExitCode(FlareExit.usage)
    }

    private static func complain(_ sentence: String) {
        StandardError.write(TerminalText.safe("flare: error: \(sentence)\n"))
    }

    private static func sentence(_ error: InputFileError) -> String {
        switch error.reason {
        case .system(ENOENT): "there is no file \(error.path)"
        case .system(EACCES): "there is no permission to read \(error.path)"
        case .empty: "\(error.path) is empty"
        case .truncated:
            "\(error.place): the compressed content ends before anything of it can be read; copy the file again"
        default: error.description
        }
    }

    private mutating func look(at input: String) throws {
        if input == "-" {
            return take(input, isNamed: true) { form throws(InputFileError) in try .standardInput(form: form) }
        }
        var status = stat()
        let isPattern = input.contains { "*?[".contains($0) }
        guard isPattern, stat(input, &status) != 0 else { return walk(input, isNamed: true) }
        let matches = try InputPaths.matches(of: input, withFolders: true)
        if matches.isEmpty {
            Self.complain("no file matches \(input); see whether the folder and the pattern are right")
            throw ExitCode(FlareExit.usage)
        }
        for match in matches { walk(match, isNamed: true) }
    }

    /// - Parameter isNamed: by the user, not found in a folder.
    private mutating func walk(_ path: String, isNamed: Bool) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return leave(InputFileError(path: path, reason: .system(errno)))
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard let folder = FileIdentity.ofFolder(path), folders.insert(folder).inserted else { return }
            do throws(InputFileError) {
                let prefix = path.hasSuffix("/") ? path : path + "/"
                for name in try FolderContent.names(in: path) { walk(prefix + name, isNamed: false) }
            } catch {
                leave(error)
            }
        case S_IFREG:
            take(path, isNamed: isNamed) { form throws(InputFileError) in try InputFile(path: path, form: form) }
        default:
            guard isNamed else { return leave(InputFileError(path: path, reason: .notRegular)) }
            take(path, isNamed: true) { form throws(InputFileError) in try InputFile(path: path, form: form) }
        }
    }

    private mutating func take(
        _ path: String, isNamed: Bool, _ open: (ContentForm) throws(InputFileError) -> InputFile
    ) {
        do throws(InputFileError) {
            let file = try open(.records)
            var content = FileContent.unknown("")
            do throws(InputFileError) {
                defer { file.setAside() }
                if let refusal = file.refusal { throw refusal }
                content = try FileContent(of: file)
                paths[try source(of: content, file.path, isNamed: isNamed), default: []].append(path)
            } catch {
                guard sensor == nil || sensor == TableSource.name, error.isOfKind else { throw error }
                let file = try open(.texts)
                defer { file.setAside() }
                if file.refusal != nil { throw error }
                try takeTable(file, path, content, else: error)
            }
        } catch {
            leave(error)
        }
    }

    /// Takes a file as a table of another tool, where it is one.
    ///
    /// - Parameter error: why no sensor's source reads it.
    private mutating func takeTable(
        _ file: InputFile, _ path: String, _ content: FileContent, else error: InputFileError
    ) throws(InputFileError) {
        // What is known for something else may be a known tool's, and is not guessed at.
        var mayGuess = sensor == TableSource.name
        if case .unknown = content { mayGuess = true }
        let found: TableRecognition.Found
        do throws(InputFileError) {
            found = try TableRecognition.schema(of: file, mayGuess: mayGuess, isNamed: sensor != nil)
        } catch let refusal {
            let isKnown = TableRecognition.isOfKnownTool(refusal)
            throw isKnown || (mayGuess && TableRecognition.isTable(refusal)) ? refusal : error
        }
        if !found.statement.isEmpty {
            StandardError.write(
                TerminalText.safe(
                    "flare: note: \(file.path) is of no tool that is known; its columns were guessed: \(found.statement). "
                        + "Where that is wrong: --save FILE, correct it there, flare run FILE\n"))
        }
        if let place = tables.firstIndex(where: { $0.found.schema == found.schema }) {
            tables[place].paths.append(path)
        } else {
            tables.append((found, [path]))
        }
    }

    /// The source plugin that reads a content.
    private func source(of content: FileContent, _ path: String, isNamed: Bool) throws(InputFileError) -> String {
        switch content {
        case .eve, .zeek, .capture, .netFlow:
            let own = content.source ?? ""
            guard let sensor, sensor != own else { return own }
            // What the user names is read as the user says; what lies in a folder may be another sensor's.
            if isNamed || !["eve", "zeek", "pcap", "netflow"].contains(sensor) { return sensor }
            throw InputFileError(path: path, reason: .foreign(content.name ?? own, remedy: ""))
        case .empty: throw InputFileError(path: path, reason: .empty)
        case .foreign(let what, let remedy):
            throw InputFileError(path: path, reason: .foreign(what, remedy: remedy))
        case .unknown(let what):
            if let sensor, sensor != TableSource.name { return sensor }
            if what == FileContent.binaryData {
                throw InputFileError(path: path, reason: .foreign(what, remedy: "no tool is known that writes it"))
            }
            throw InputFileError(
                path: path,
                reason: .foreign(
                    what,
                    remedy:
                        "--source eve or --source zeek reads it all the same; a table in a form of its own needs a schema: "
                        + "docs/inputs.md"))
        }
    }

    private mutating func leave(_ error: InputFileError) {
        notes.note(error)
        failures.append(error)
    }
}

extension PipelineDraft {
    /// Reads files of sensors.
    mutating func read(_ files: SensorFiles) {
        sources = files.paths.sorted { $0.key < $1.key }.map {
            Self.plugin($0.key, ("paths", Self.paths($0.value)))
        }
        sources += files.tables.map { found, paths in
            let schema =
                found.name.isEmpty
                ? ("table", found.schema.written.replacingOccurrences(of: "$", with: "$$")) : ("schema", found.name)
            return Self.plugin(TableSource.name, ("paths", Self.paths(paths)), schema)
        }
        notes = files.notes
    }
}
