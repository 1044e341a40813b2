import FlareModel

extension IPAddress: OptionValue {
    public static var optionType: OptionType { .address }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .address(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .address(self) }
}

extension CIDR: OptionValue {
    public static var optionType: OptionType { .network }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .network(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .network(self) }
}

extension Timestamp: OptionValue {
    public static var optionType: OptionType { .time }
    public init(datum: OptionDatum) throws(OptionComplaint) {
        guard case .time(let value) = datum else { throw .mismatch(datum, Self.optionType) }
        self = value
    }
    public var datum: OptionDatum { .time(self) }
}

extension Grouping.PeerForm: OptionValue {}
extension Grouping.Part: OptionValue {}
