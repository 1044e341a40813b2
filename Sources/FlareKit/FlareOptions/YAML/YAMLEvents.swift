import CLibYAML

/// What libyaml reports while it reads: a flat account of a document.
enum YAMLEvent {
    case streamStart, streamEnd, documentStart, documentEnd
    case scalar(YAMLScalar, Properties)
    case alias(String)
    case sequenceStart(Properties), sequenceEnd
    case mappingStart(Properties), mappingEnd

    /// What may stand before a node.
    struct Properties {
        let anchor: String?
        let tag: String?
    }
}

/// A place as libyaml counts it, made to count from 1.
struct YAMLPlace {
    let line: Int
    let column: Int

    init(_ mark: yaml_mark_t) {
        line = Int(mark.line) + 1
        column = Int(mark.column) + 1
    }
}

/// libyaml's event parser over a text.
///
/// The parser lives at one address, for libyaml keeps a pointer to it in itself, and the text is kept in memory of
/// its own as long as the parser.
struct YAMLEvents: ~Copyable {
    /// What libyaml does not accept.
    struct Failure: Error {
        let problem: String
        let place: YAMLPlace
        /// What was being read when it failed, and where that began.
        let context: String?
        let contextPlace: YAMLPlace
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// - Returns: `nil` if there is no memory.
    init?(_ string: String) {
        parser = .allocate(capacity: 1)
        text = .allocate(capacity: string.utf8.count)
        _ = text.initialize(from: string.utf8)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            text.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    /// The next event with its place and how far it reaches.
    mutating func next() throws(Failure) -> (event: YAMLEvent, start: YAMLPlace, end: YAMLPlace) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        return (Self.read(event), YAMLPlace(event.start_mark), YAMLPlace(event.end_mark))
    }

    private var failure: Failure {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "there is no memory left"
        return Failure(
            problem: problem, place: YAMLPlace(parser.pointee.problem_mark),
            context: parser.pointee.context.map { String(cString: $0) },
            contextPlace: YAMLPlace(parser.pointee.context_mark))
    }

    private static func read(_ event: yaml_event_t) -> YAMLEvent {
        switch event.type {
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let style: YAMLScalar.Style = scalar.style == YAML_PLAIN_SCALAR_STYLE ? .plain : .quoted
            return .scalar(
                YAMLScalar(String(decoding: bytes, as: UTF8.self), style: style),
                .init(anchor: text(scalar.anchor), tag: text(scalar.tag)))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(.init(anchor: text(start.anchor), tag: text(start.tag)))
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(.init(anchor: text(start.anchor), tag: text(start.tag)))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: return .streamStart
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
