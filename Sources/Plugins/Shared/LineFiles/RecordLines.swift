import CompressedFiles
import RecordFraming
import RecordSchemas

extension ContentForm {
    /// The records of sensors, wherever they stand, and captures of packets.
    package static let records = ContentForm { beginning in
        let bytes = beginning.bytes
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        var form = FramingFormOf(start, bytes.count, beginning.isWhole, nil, 0)
        if form.hasDocuments {
            let all = RecordTranslations.all.all
            form = FramingFormOf(start, bytes.count, beginning.isWhole, all, all.count)
        }
        if form.sensor != FramingNoSensor {
            let kind = form.sensor == FramingEVE ? "eve" : "zeek"
            // In an archive a file's name may be all that tells a log of Zeek.
            let log = form.sensor == FramingZeek ? beginning.name.flatMap(log) : nil
            if log != nil, form.framing == FramingAsItIs, form.columnSeparator == 0 { form.framing = FramingLines }
            let isAsItIs = form.framing == FramingAsItIs && form.charset == FramingUTF8 && form.columnSeparator == 0
            return isAsItIs ? .asItIs(kind: kind) : .decoded(kind: kind, RecordLines(form, beginning, log: log))
        }
        var head = Array(bytes)
        let isWide = form.charset != FramingUTF8
        if isWide { head = RecordLines(form, beginning).all(of: bytes) }
        let isLong = head.count >= shortestHead
        let isKnownByMagic = FileContent.byMagic(head) != nil
        let content = FileContent(head, isWhole: beginning.isWhole)
        switch content {
        case .eve, .zeek, .capture, .netFlow:
            let kind = content.source
            return isWide ? .decoded(kind: kind, RecordLines(form, beginning)) : .asItIs(kind: kind)
        case .foreign(let what, let remedy)
        where isKnownByMagic && (beginning.isWhole || isLong || head.contains(10)):
            return .refused(.foreign(what, remedy: remedy))
        case .unknown(let what) where beginning.isWhole && beginning.name != nil,
            .foreign(let what, _) where beginning.isWhole && beginning.name != nil:
            return .refused(.foreign(what, remedy: ""))
        case .empty, .foreign, .unknown:
            guard beginning.isWhole else { return .unsettled }
            return isWide ? .decoded(kind: nil, RecordLines(form, beginning)) : .asItIs(kind: nil)
        }
    }

    /// Texts of any tool.
    package static let texts = ContentForm { beginning in
        let bytes = beginning.bytes
        let content = FileContent(Array(bytes), isWhole: beginning.isWhole)
        // What a line tells may be a line of a tool that is known.
        if case .foreign(let what, let remedy)? = FileContent.byMagic(Array(bytes)) {
            return .refused(.foreign(what, remedy: remedy))
        }
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let charset = FramingCharsetOf(start, bytes.count)
        let kind = kind(content, beginning, charset)
        guard charset != FramingUTF8 else { return .asItIs(kind: kind) }
        var form = FramingForm()
        form.charset = charset
        return .decoded(kind: kind, RecordLines(form, beginning))
    }

    /// What a text in an archive is; binary data and a sensor's own records are no texts of other tools.
    private static func kind(_ content: FileContent, _ beginning: Beginning, _ charset: FramingCharset) -> String? {
        guard beginning.name != nil, content.source == nil, content != .empty else { return content.source }
        return charset == FramingUTF8 && beginning.bytes.prefix(4096).contains(0) ? nil : "a text"
    }

    /// Lines of a tool's log that stand in documents, or in a column of a table; texts where none do.
    package static let messages = ContentForm { beginning in
        let bytes = beginning.bytes
        let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        var form = FramingForm()
        guard FramingHasMessages(start, bytes.count, &form) else {
            return texts.look(bytes, isWhole: beginning.isWhole, name: beginning.name)
        }
        let content = FileContent(Array(bytes), isWhole: beginning.isWhole)
        return .decoded(kind: kind(content, beginning, form.charset), RecordLines(form, beginning))
    }

    /// The log of Zeek that a file has its name from, up to the first dot; `nil` where there is none of that name.
    private static func log(_ path: String) -> String? {
        let name = String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
        return logs.contains(name) ? name : nil
    }

    /// Those that the schema knows.
    private static let logs = Set(
        ((try? BuiltInSchemas.zeek())?.records.values).map { $0.flatMap { $0.select["_path"] ?? [] } } ?? [])

    /// So much of a content is enough to tell what it is not, in bytes.
    private static let shortestHead = 1 << 12
}

/// Makes lines of the records in a content.
private final class RecordLines: ContentForm.Decoder {
    private let framer: OpaquePointer?
    let isByLine: Bool

    /// - Parameter log: that of Zeek which records are of that do not say it.
    init(_ form: FramingForm, _ beginning: ContentForm.Beginning, log: String? = nil) {
        isByLine = form.framing == FramingLines && form.charset == FramingUTF8
        framer = RecordFramerCreate(form, beginning.keepsLength, log)
    }

    deinit { RecordFramerDestroy(framer) }

    func take(_ input: UnsafeRawBufferPointer, isLast: Bool) {
        RecordFramerRead(framer, input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count, isLast)
    }

    func give(into output: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        let lines = UnsafeRawPointer(RecordFramerLines(framer, &count))
        count = min(count, output.count)
        guard count > 0, let lines else { return 0 }
        output.copyMemory(from: UnsafeRawBufferPointer(start: lines, count: count))
        RecordFramerForget(framer, count)
        return count
    }

    /// What comes of a beginning.
    func all(of head: UnsafeRawBufferPointer) -> [UInt8] {
        take(head, isLast: false)
        var count = 0
        let lines = RecordFramerLines(framer, &count)
        return Array(UnsafeRawBufferPointer(start: lines, count: count))
    }
}
