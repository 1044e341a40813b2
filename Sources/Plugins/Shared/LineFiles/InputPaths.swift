import CompressedFiles
import FlareKit

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files that paths and globs mean.
package struct InputPaths {
    private let paths: [OptionPath]
    /// When a capture was begun, by its first bytes; `nil` where files of lines are read.
    private let begun: (@Sendable ([UInt8]) -> Timestamp?)?
    /// What is looked for in the files.
    private let form: ContentForm
    /// Whether files of nfcapd are read.
    private var mayBeNetFlow = false

    package init(_ paths: [OptionPath]) { self.init(paths, nil) }

    /// Texts of any tool.
    package init(texts paths: [OptionPath]) { self.init(paths, nil, .texts) }

    /// Files of nfcapd, and texts.
    package init(flows paths: [OptionPath]) {
        self.init(paths, nil, .texts)
        mayBeNetFlow = true
    }

    /// Captures of packets, and nothing else.
    ///
    /// - Parameter begun: when one was begun, by its first bytes.
    package init(captures paths: [OptionPath], begun: @escaping @Sendable ([UInt8]) -> Timestamp?) {
        self.init(paths, begun)
    }

    private init(
        _ paths: [OptionPath], _ begun: (@Sendable ([UInt8]) -> Timestamp?)?, _ form: ContentForm = .records
    ) {
        self.paths = paths
        self.begun = begun
        self.form = form
    }

    /// What is there to be read.
    package struct Opened {
        package var files: [InputFile] = []
        /// What cannot be read, and copies that need not be.
        package var notes = IngestCounts()
    }

    /// Opens all files in the order in which they were begun; each file once, and of copies one.
    ///
    /// Of what a glob matches, that which cannot be read is put down and left out.
    ///
    /// - Throws: `PluginError` for the first path that leads to no file, or names one that cannot be read; where nothing
    ///   of what globs match can be read.
    package func open() throws -> Opened {
        var opened = Opened()
        var seen: Set<FileIdentity> = []
        var failure: InputFileError?
        for path in paths {
            if path.location == .standardStream {
                opened.files.append(
                    try Self.explained { () throws(InputFileError) in
                        try InputFile.standardInput(form: form)
                    })
                continue
            }
            // Files that are renamed while their names are looked up may be missed the first time.
            for attempt in 0..<2 {
                let names = try expand(path)
                InputFile.allowOpen(opened.files.count + names.count)
                for name in names {
                    if let status = FileIdentity.ofFile(name), seen.contains(status.identity) { continue }
                    do throws(InputFileError) {
                        let file = try self.file(name, isNamed: name == path.file)
                        if let identity = file.identity, !seen.insert(identity).inserted { continue }
                        if attempt == 1, file.identity == nil { continue }
                        opened.files.append(file)
                    } catch {
                        if name == path.file { throw PluginError(error) }
                        failure = failure ?? error
                        if attempt == 0 { opened.notes.note(error) }
                    }
                }
                if names == [path.file] { break }
            }
        }
        if opened.files.isEmpty, let failure { throw PluginError(failure) }
        FileCopies.sort(&opened, begun: begun)
        return opened
    }

    /// - Parameter isNamed: by its own name, not by a glob, which may match pipes that nobody meant.
    private func file(_ name: String, isNamed: Bool) throws(InputFileError) -> InputFile {
        if !isNamed, FileIdentity.ofFile(name) == nil {
            throw InputFileError(path: name, reason: access(name, F_OK) == 0 ? .notRegular : .system(ENOENT))
        }
        let file = try InputFile(path: name, form: form)
        if let refusal = file.refusal, refusal.isOfKind { throw refusal }
        // A file that nothing can be decoded of says so when it is read.
        guard !file.isStream, let content = try? FileContent(of: file) else { return file }
        if content == .netFlow, !mayBeNetFlow {
            throw InputFileError(
                path: name, reason: .foreign("a file of nfcapd", remedy: "the source netflow reads it"))
        }
        if content != .empty, (content == .capture) != (begun != nil) {
            let remedy = content.source.map { "the source \($0) reads it" } ?? ""
            throw InputFileError(
                path: name, reason: .foreign(content.name ?? "no capture of packets (pcap, pcapng)", remedy: remedy))
        }
        return file
    }

    /// Whether a path leads to what is read once: standard input, a pipe, a device.
    private static func isStream(_ path: OptionPath) -> Bool {
        guard let name = path.file else { return path.location == .standardStream }
        return FileIdentity.isStream(name)
    }

    /// The bytes of all files as stored; `nil` where that is not known beforehand.
    package var extent: Int64? {
        var sum: Int64 = 0
        var seen: Set<FileIdentity> = []
        for path in paths {
            guard !Self.isStream(path), let names = try? expand(path) else { return nil }
            for name in names {
                guard let status = FileIdentity.ofFile(name) else { return nil }
                if seen.insert(status.identity).inserted { sum += status.size }
            }
        }
        return sum
    }

    /// The paths that can be read a second time.
    package var withoutStreams: InputPaths {
        var rest = InputPaths(paths.filter { !Self.isStream($0) }, begun, form)
        rest.mayBeNetFlow = mayBeNetFlow
        return rest
    }

    /// How many paths there are.
    package var count: Int { paths.count }

    /// Whether one of the paths is read once: standard input, a pipe, a device.
    package var haveStreams: Bool { paths.contains(where: Self.isStream) }

    /// The regular files that the paths mean at this moment, each name once.
    package func list() -> [(name: String, status: FileStatus)] {
        var seen: Set<String> = []
        return paths.flatMap { (try? expand($0)) ?? [] }.compactMap { name in
            guard seen.insert(name).inserted, let status = FileIdentity.ofFile(name) else { return nil }
            return (name, status)
        }
    }

    /// The names of the files that a path means: itself if there is such a file, else what it matches as a glob.
    private func expand(_ path: OptionPath) throws -> [String] {
        guard let name = path.file else {
            throw PluginError("the command carries no input of this name", at: path.text)
        }
        let isGlob = path.text.contains { "*?[".contains($0) }
        if !isGlob || access(name, F_OK) == 0 { return [name] }
        let folder = path.folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        let matches = try Self.matches(of: Self.escaped(folder) + name.dropFirst(folder.count))
        guard !matches.isEmpty else {
            throw PluginError("no file matches", at: name, remedy: "see whether the folder and the pattern are right")
        }
        return matches
    }

    /// The files that a glob matches, sorted; folders are none unless they are asked for.
    package static func matches(of pattern: String, withFolders: Bool = false) throws -> [String] {
        var result = glob_t()
        defer { globfree(&result) }
        // GLOB_MARK puts a slash behind folders.
        let code = glob(pattern, GLOB_MARK, nil, &result)
        if code == GLOB_NOMATCH { return [] }
        guard code == 0 else {
            throw PluginError("the files cannot be listed: \(String(cString: strerror(errno)))", at: pattern)
        }
        let names = (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
        return names.filter { withFolders || !$0.hasSuffix("/") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A folder's name in which nothing is taken for a pattern.
    private static func escaped(_ folder: String) -> String {
        folder.reduce(into: "") { $0 += ("*?[]\\".contains($1) ? "\\" : "") + String($1) }
    }

    private static func explained<Result>(_ body: () throws(InputFileError) -> Result) throws -> Result {
        do throws(InputFileError) {
            return try body()
        } catch {
            throw PluginError(error)
        }
    }
}

extension PluginError {
    /// What a file's error means for a run.
    package init(_ error: InputFileError) {
        self.init(error.explanation, at: error.place)
    }
}

extension IngestCounts {
    /// Puts down that an input could not be read, or not to its end.
    package mutating func note(_ error: InputFileError) {
        unread[error.reason.name, default: Tally()].add(at: Place(error.path, error.position ?? -1))
    }
}
