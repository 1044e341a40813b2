/// Reads the content of a file from its beginning to its end, undoing how it is packed.
///
/// What could be decoded is delivered before an error is: a truncated file yields all its whole blocks first.
public final class ContentReader {
    private let path: String
    private let source: BufferedInput
    private let opener: ContentOpener
    private var opened: ContentOpener.Opened?
    private var failure: InputFileError?

    /// Reads a stream from where it stands, and a regular file from its beginning, whoever else reads it.
    ///
    /// - Parameters:
    ///   - keepsLength: whether a line of the content is as long as what it came from, with spaces at its end, so that
    ///     places in it are those in what is stored.
    ///   - form: what is looked for in it in place of the file's own form.
    public convenience init(_ file: InputFile, keepsLength: Bool = false, as form: ContentForm? = nil) {
        let form = form ?? file.form
        self.init(file.makeInput(), path: file.path, keepsLength ? form?.keepingLength() : form)
    }

    init(_ source: any ByteInput, path: String, _ form: ContentForm? = nil) {
        self.source = BufferedInput(source)
        self.path = path
        opener = ContentOpener(form: form)
    }

    /// Bytes as stored that were consumed so far; for a progress bar against ``InputFile/size``.
    public var position: Int64 { source.position }

    /// Files in an archive that were left out so far, and why.
    public var leftOut: [InputFileError] { opened?.archive?.leftOut ?? [] }

    /// Is called where a file of an archive ends and another one begins, before its first bytes are read.
    public var betweenFiles: (() -> Void)?
    private var isBetweenFiles = false

    /// Whether the content is what is stored, byte by byte.
    ///
    /// - Throws: where it is not read at all.
    func isAsStored() throws(InputFileError) -> Bool { try open().isAsStored }

    /// What makes lines of records of a content that is stored as it is; it has read nothing yet.
    func lineDecoder() -> (any ContentForm.Decoder)? { try? open().lineDecoder }

    private func open() throws(InputFileError) -> ContentOpener.Opened {
        if let opened { return opened }
        let opened = try opener.open(source, path: path)
        opened.archive?.stopsBetweenFiles = betweenFiles != nil
        self.opened = opened
        return opened
    }

    /// Fills the buffer with what comes next.
    ///
    /// - Returns: how many bytes were written: fewer than there is room for only at the end, between files where somebody
    ///   wants to know of that, or before an error that the next call throws.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        var filled = 0
        if isBetweenFiles { betweenFiles?() }
        isBetweenFiles = false
        while filled < buffer.count, failure == nil {
            do throws(InputFileError) {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let opened = try open()
                let count = try opened.content.next(into: rest)
                filled += count
                if count > 0 { continue }
                guard opened.archive?.isBetweenFiles == true else { break }
                // Its first bytes come with the next call.
                isBetweenFiles = filled > 0
                if isBetweenFiles { break }
                betweenFiles?()
            } catch {
                failure = error
            }
        }
        if filled == 0, let failure, !buffer.isEmpty { throw failure }
        return filled
    }

    /// Takes what is there, waiting for some: for input that comes slowly.
    ///
    /// - Returns: how many bytes were written, 0 at the end.
    public func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(InputFileError) -> Int {
        try open().content.next(into: buffer)
    }

    /// What comes next, up to so many bytes.
    func prefix(_ count: Int) -> (content: [UInt8], isWhole: Bool, failure: InputFileError?) {
        var content = [UInt8](repeating: 0, count: count)
        var found = 0
        content.withUnsafeMutableBytes { buffer in
            while found < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[found...])
                guard let read = try? read(into: rest), read > 0 else { break }
                found += read
            }
        }
        content.removeLast(count - found)
        return (content, found < count, failure)
    }
}
