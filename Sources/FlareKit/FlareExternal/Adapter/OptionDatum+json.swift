import FlareModel
import FlareOptions

extension OptionDatum {
    /// Reads an option's value in the form in which external plugins get it: durations in seconds, sizes in bytes,
    /// shares as parts of 1.
    ///
    /// - Returns: `nil` where it does not fit the type.
    init?(_ json: JSONValue, as type: OptionType) {
        let datum: OptionDatum? =
            switch type {
            case .boolean: json.boolean.map(OptionDatum.boolean)
            case .integer: json.integer.map(OptionDatum.integer)
            case .number: json.number.map(OptionDatum.number)
            case .text, .choice: json.text.map(OptionDatum.text)
            case .path: json.text.map { .path(OptionPath($0)) }
            case .duration: json.number.map { .duration(OptionDuration(nanoseconds: Int64(clamping: $0 * 1e9))) }
            case .time: json.text.flatMap(Timestamp.init).map(OptionDatum.time)
            case .byteSize: json.integer.map { .byteSize(ByteSize(bytes: $0)) }
            case .share: json.number.map { .share(OptionShare($0)) }
            case .address: json.text.flatMap(IPAddress.init).map(OptionDatum.address)
            case .network: json.text.flatMap(CIDR.init).map(OptionDatum.network)
            case .secret: json.text.map { .secret(Secret($0)) }
            case .list(let element): Self.list(json, of: element)
            case .map(let value): Self.map(json, of: value)
            case .object(let options): Self.object(json, options)
            case .any(let types): types.lazy.compactMap { OptionDatum(json, as: $0) }.first
            }
        guard let datum else { return nil }
        self = datum
    }

    private static func list(_ json: JSONValue, of element: OptionType) -> OptionDatum? {
        guard let elements = json.elements else { return nil }
        let data = elements.compactMap { OptionDatum($0, as: element) }
        return data.count == elements.count ? .list(data) : nil
    }

    private static func map(_ json: JSONValue, of type: OptionType) -> OptionDatum? {
        guard let values = json.values else { return nil }
        let data = values.compactMapValues { OptionDatum($0, as: type) }
        return data.count == values.count ? .object(data) : nil
    }

    /// The options that are given; `null` stands for an option without a value.
    static func object(_ json: JSONValue, _ options: [OptionDescription]) -> OptionDatum? {
        guard let values = json.values else { return nil }
        var data: [String: OptionDatum] = [:]
        for option in options {
            guard let value = values[option.name] else { continue }
            if value == .null {
                data[option.name] = .null
            } else {
                guard let datum = OptionDatum(value, as: option.type) else { return nil }
                data[option.name] = datum
            }
        }
        return .object(data)
    }
}
