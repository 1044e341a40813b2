import FlareKit

// How entries of lists write several values, and ports.

/// A value, or a list of values.
public struct OneOrMany<Element: OptionValue & Equatable>: OptionValue, Equatable {
    public var values: [Element]

    public init(_ values: [Element] = []) { self.values = values }

    public static var optionType: OptionType { .any([Element.optionType, .list(Element.optionType)]) }

    public init(datum: OptionDatum) throws(OptionComplaint) {
        if case .list = datum { values = try [Element](datum: datum) } else { values = [try Element(datum: datum)] }
    }

    public var datum: OptionDatum { values.count == 1 ? values[0].datum : values.datum }
}

/// A port or a range of ports.
public struct PortRange: OptionValue, Hashable {
    public let ports: ClosedRange<UInt16>

    public static var optionType: OptionType { .any([.integer, .text]) }

    public init(datum: OptionDatum) throws(OptionComplaint) {
        let expected = "a port 0 to 65535, or a range such as 8000-8099"
        switch datum {
        case .integer(let value):
            guard let port = UInt16(exactly: value) else {
                throw OptionComplaint("\(value) is no port", expected: expected)
            }
            ports = port...port
        case .text(let text):
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
            guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
                throw OptionComplaint("\"\(text)\" is no range of ports", expected: expected)
            }
            ports = first...last
        default: throw OptionComplaint("\(datum) is no port", expected: expected)
        }
    }

    public var datum: OptionDatum {
        ports.count == 1 ? .integer(Int64(ports.lowerBound)) : .text(description)
    }
}

extension OneOrMany where Element == PortRange {
    public func contains(_ port: UInt16) -> Bool { values.contains { $0.ports.contains(port) } }
}

extension PortRange: CustomStringConvertible {
    public var description: String {
        ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    }
}
