/// What a reader looks for in contents, and makes of them as it reads: lines of records, wherever they stood.
public struct ContentForm: Sendable {
    /// What a content is, by its beginning.
    public enum Look {
        /// It is read as it is: of what kind it is, where that is known.
        case asItIs(kind: String?)
        /// It is read through a decoder.
        case decoded(kind: String?, Decoder)
        /// It is not read.
        case refused(InputFileError.Reason)
        /// The beginning is too short to tell.
        case unsettled
    }

    /// Makes lines of records of a content.
    public protocol Decoder: AnyObject {
        /// Whether what comes of a line is known at its end, so that lines can be taken as they are written.
        var isByLine: Bool { get }
        /// Takes in some of the content.
        func take(_ input: UnsafeRawBufferPointer, isLast: Bool)
        /// Hands out what came of it.
        func give(into output: UnsafeMutableRawBufferPointer) -> Int
    }

    /// What is known of a content when it is looked at.
    public struct Beginning {
        public let bytes: UnsafeRawBufferPointer
        /// Whether nothing comes behind it.
        public let isWhole: Bool
        /// The file's name where it lies in an archive.
        public let name: String?
        /// Whether a line of what is made is to be as long as what it came from, with spaces at its end.
        public let keepsLength: Bool
    }

    private let looking: @Sendable (Beginning) -> Look
    private var keepsLength = false

    /// As much of a content is looked at, in bytes, where less tells nothing.
    static let mostHead = 1 << 20
    /// The kind of content in which files of an archive are no lines.
    public static let capture = "pcap"

    public init(_ looking: @escaping @Sendable (Beginning) -> Look) { self.looking = looking }

    public func look(_ bytes: UnsafeRawBufferPointer, isWhole: Bool, name: String? = nil) -> Look {
        looking(Beginning(bytes: bytes, isWhole: isWhole, name: name, keepsLength: keepsLength))
    }

    func keepingLength() -> ContentForm {
        var form = self
        form.keepsLength = true
        return form
    }
}

/// A form's decoder, as one of compressions.
final class FormDecoder: Decoder {
    private let form: any ContentForm.Decoder
    private var hasEnded = false

    init(_ form: any ContentForm.Decoder) { self.form = form }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool)
        throws(DecodingFault) -> (consumed: Int, written: Int)
    {
        let waiting = form.give(into: output)
        if waiting > 0 || hasEnded { return (0, waiting) }
        hasEnded = isLast
        form.take(input, isLast: isLast)
        return (input.count, form.give(into: output))
    }
}
