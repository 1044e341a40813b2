#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file, pipe or device opened for reading. It is closed when nobody needs it any more.
///
/// More regular files can be open at a time than the process may have descriptors: those beyond are opened anew for each
/// reading, and have to be the same files then.
public final class InputFile: Sendable {
    /// As it was named.
    public let path: String
    /// Bytes as stored when it was opened; `nil` for pipes and devices.
    public let size: Int64?
    /// How the content is stored; `nil` for pipes and devices, whose content is not there yet.
    public let format: StoredFormat?
    /// Whether it is a regular file whose content is what is stored, so that it can be read at any place.
    public let isAsStored: Bool
    /// Of a regular file that is not read at all, why.
    public let refusal: InputFileError?
    /// What is looked for in it; `nil` for its bytes.
    let form: ContentForm?
    /// Which file it is, by whatever name; `nil` for pipes and devices.
    public let identity: FileIdentity?

    /// What is read once: a pipe, a device, standard input.
    private let stream: ByteStream?
    /// Of a regular file; `nil` where it is opened for each reading.
    private let held: Descriptor?

    /// Opens a file.
    ///
    /// - Parameter form: what is looked for in it; `nil` for its bytes.
    /// - Throws: where it is not there, may not be read, or is a directory.
    public convenience init(path: String, form: ContentForm? = nil) throws(InputFileError) {
        try self.init(try Descriptor(path: path), path, form)
    }

    /// Takes standard input.
    public static func standardInput(form: ContentForm? = nil) throws(InputFileError) -> InputFile {
        try InputFile(Descriptor.standardInput, "standard input", form)
    }

    /// Whether it is read once, from its beginning to its end: a pipe, a device, standard input.
    public var isStream: Bool { stream != nil }

    private init(_ descriptor: Descriptor, _ path: String, _ form: ContentForm?) throws(InputFileError) {
        self.path = path
        self.form = form
        let status = try descriptor.status(path)
        let kind = status.st_mode & S_IFMT
        guard kind != S_IFDIR else { throw InputFileError(path: path, reason: .isDirectory) }
        // Standard input may be a file that a shell has already read from: it is taken as a stream.
        guard kind == S_IFREG, descriptor.isOwned else {
            stream = try ByteStream.open(descriptor, status, path)
            (size, format, identity, held, refusal, isAsStored) = (nil, nil, nil, nil, nil, false)
            return
        }
        stream = nil
        size = Int64(status.st_size)
        identity = FileIdentity(status)
        let head = UnsafeMutableRawBufferPointer.allocate(byteCount: StoredFormat.headLength, alignment: 1)
        defer { head.deallocate() }
        let count = try descriptor.read(into: head, at: 0, path)
        format = StoredFormat(head: head.prefix(count))
        held = descriptor.hold() ? descriptor : nil
        guard form != nil else {
            (isAsStored, refusal) = (format == .plain, nil)
            return
        }
        do throws(InputFileError) {
            isAsStored = try ContentReader(FileInput(descriptor, path), path: path, form).isAsStored()
            refusal = nil
        } catch {
            (isAsStored, refusal) = (false, error)
        }
    }

    /// What makes lines of records of a regular file's stored lines, as they are written: each keeps its length. `nil` where
    /// they are read as they are, or from the file's beginning alone.
    public func lineDecoder() -> (any ContentForm.Decoder)? {
        guard !isStream, !isAsStored, refusal == nil else { return nil }
        return ContentReader(self, keepsLength: true).lineDecoder()
    }

    /// How the file stands now; `nil` where the system does not say, or another file has its name.
    public var status: FileStatus? {
        guard let descriptor = try? descriptor(), let status = try? descriptor.status(path) else { return nil }
        return FileStatus(status)
    }

    /// Lets the process hold so many files open at a time, as far as the system allows.
    public static func allowOpen(_ count: Int) { Descriptor.allow(count) }

    /// Reads at a place of a regular file, from several threads at once if need be.
    ///
    /// - Parameter offset: in bytes from the beginning.
    /// - Returns: how many bytes were read: fewer than there is room for only at the file's end.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(InputFileError) -> Int {
        try descriptor().read(into: buffer, at: offset, path)
    }

    /// What a reader of the content reads from: a stream where it stands, a regular file from its beginning.
    func makeInput() -> any ByteInput {
        stream ?? FileInput(self)
    }

    /// The beginning of the content. What a stream gives for it, who reads next is given again.
    ///
    /// Of a pipe it waits for so many bytes or the end.
    ///
    /// - Parameters:
    ///   - count: the most bytes of content; of a stream also the most bytes as stored that are taken ahead.
    ///   - other: what is looked for in it in place of the file's own form.
    public func beginning(_ count: Int, as other: ContentForm? = nil) -> (
        content: [UInt8], isWhole: Bool, failure: InputFileError?
    ) {
        do throws(InputFileError) {
            guard let stream else { return ContentReader(self, as: other).prefix(count) }
            let bytes = try stream.peek(count)
            var found = ContentReader(BytesInput(bytes), path: path, other ?? form).prefix(count)
            if bytes.count >= count {
                found.isWhole = false
                // What was taken ahead ends in the midst.
                if found.failure?.reason == .truncated { found.failure = nil }
            }
            return found
        } catch {
            return ([], true, error)
        }
    }

    /// Has the next `InputFile` of the same pipe, device or standard input go on with this one, with all that was taken
    /// ahead: a pipe cannot be opened twice.
    public func setAside() { stream?.setAside() }

    fileprivate func descriptor() throws(InputFileError) -> Descriptor {
        if let held { return held }
        let again = try Descriptor(path: path)
        guard FileIdentity(try again.status(path)) == identity else {
            throw InputFileError(path: path, reason: .replaced)
        }
        return again
    }
}

/// A regular file from its beginning.
private final class FileInput: ByteInput {
    private let file: InputFile?
    private let path: String
    private var descriptor: Descriptor?
    private var offset: Int64 = 0

    init(_ file: InputFile) { (self.file, path) = (file, file.path) }

    init(_ descriptor: Descriptor, _ path: String) { (file, self.descriptor, self.path) = (nil, descriptor, path) }

    func next(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        if descriptor == nil { descriptor = try file?.descriptor() }
        let count = try descriptor?.read(into: buffer, at: offset, path) ?? 0
        offset += Int64(count)
        return count
    }
}
