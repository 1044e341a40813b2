/// Opens contents: undoes compressions, goes through archives, and finds records by a form.
struct ContentOpener: Sendable {
    /// `nil` for bytes of any kind, which no archive is gone through for.
    let form: ContentForm?

    /// More packing than anybody means.
    private static let deepest = 5

    struct Opened {
        let content: any ByteInput
        /// What it is, where the form tells.
        var kind: String?
        /// Whether the content is what is stored.
        var isAsStored = false
        var archive: ArchiveInput?
        /// What makes lines of records of a content that is stored as it is.
        var lineDecoder: (any ContentForm.Decoder)?
    }

    /// - Parameters:
    ///   - path: the file, for errors.
    ///   - name: of a file in an archive.
    func open(_ input: BufferedInput, path: String, name: String? = nil, depth: Int = 0) throws(InputFileError)
        -> Opened
    {
        try input.fill(StoredFormat.headLength)
        let format = StoredFormat(head: input.available.prefix(StoredFormat.headLength))
        if format == .plain { return try openPlain(input, path: path, name: name, isAsStored: depth == 0) }
        guard depth < Self.deepest else {
            throw InputFileError(path: path, reason: .foreign("packed again and again", remedy: "unpack it"))
        }
        if form != nil, format == .unsupported("zip") {
            return try archive(ZipArchive(input, path: path), path, isInside: name != nil)
        }
        let decoded = BufferedInput(DecodedInput(input, try decoder(format, path), path: path))
        var opened = try open(decoded, path: path, name: name, depth: depth + 1)
        opened.isAsStored = false
        return opened
    }

    private func decoder(_ format: StoredFormat, _ path: String) throws(InputFileError) -> any Decoder {
        if case .unsupported(let name) = format { throw InputFileError(path: path, reason: .unsupported(name)) }
        do throws(DecodingFault) {
            switch format {
            case .gzip: return try GzipDecoder()
            case .zstd: return try ZstdDecoder()
            case .xz: return try XzDecoder()
            case .bzip2: return try Bzip2Decoder()
            case .lz4: return try Lz4Decoder()
            case .plain, .unsupported: return PlainDecoder()
            }
        } catch {
            throw InputFileError(path: path, reason: error.reason)
        }
    }

    private func archive(_ archive: any Archive, _ path: String, isInside: Bool) throws(InputFileError) -> Opened {
        guard !isInside else {
            throw InputFileError(
                path: path, reason: .foreign("an archive in an archive", remedy: "unpack the outer one"))
        }
        let input = ArchiveInput(archive, path: path, self)
        return Opened(content: input, archive: input)
    }

    private func openPlain(
        _ input: BufferedInput, path: String, name: String?, isAsStored: Bool
    ) throws(InputFileError) -> Opened {
        guard let form else { return Opened(content: input, isAsStored: isAsStored) }
        if try isTar(input) { return try archive(TarArchive(input, path: path), path, isInside: name != nil) }
        while true {
            // A stream gives what it has; nobody waits for more than tells.
            let isLong = input.available.count >= ContentForm.mostHead
            switch form.look(input.available, isWhole: input.hasEnded || isLong, name: name) {
            case .asItIs(let kind):
                return Opened(content: input, kind: kind, isAsStored: isAsStored)
            case .decoded(let kind, let decoder):
                let lines = DecodedInput(input, FormDecoder(decoder), path: path)
                return Opened(content: lines, kind: kind, lineDecoder: isAsStored && decoder.isByLine ? decoder : nil)
            case .refused(let reason):
                throw InputFileError(path: path, reason: reason)
            case .unsettled:
                if input.hasEnded || isLong { return Opened(content: input, isAsStored: isAsStored) }
                try input.fill(input.available.count + 1)
            }
        }
    }

    /// Whether a content is a tar archive. A pipe is not waited for where its first bytes are text.
    private func isTar(_ input: BufferedInput) throws(InputFileError) -> Bool {
        try input.fill(1)
        guard let first = input.available.first, !"{[#<\n\r\t ".utf8.contains(first), !input.available.contains(10)
        else { return input.available.count >= TarArchive.blockSize && TarArchive.begins(input.available) }
        try input.fill(TarArchive.blockSize)
        return TarArchive.begins(input.available)
    }
}
