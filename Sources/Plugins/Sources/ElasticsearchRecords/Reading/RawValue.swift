import ElasticsearchClient
import FlareKit
import SensorText

/// How values of documents are read as parts of records.
extension FieldTree.Raw {
    private var bytes: UnsafeBufferPointer<UInt8> {
        switch self {
        case .text(let bytes), .scalar(let bytes): bytes
        }
    }

    /// The value as a text.
    var text: String {
        switch self {
        case .text(let bytes): JSONScanner.text(bytes)
        case .scalar(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The bytes as C reads them.
    private func characters<Result>(_ body: (UnsafePointer<CChar>, Int) -> Result?) -> Result? {
        guard let start = bytes.baseAddress else { return nil }
        return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { body($0, bytes.count) }
    }

    /// A date: a text in RFC 3339, or milliseconds since 1970 as a number or its digits.
    var time: Timestamp? {
        if case .text = self {
            var nanoseconds: Int64 = 0
            let isRead = characters { SensorReadTime($0, $1, &nanoseconds) } ?? false
            if isRead { return Timestamp(nanoseconds: nanoseconds) }
        }
        let text = self.text
        if let milliseconds = Int64(text) {
            let (product, overflow) = milliseconds.multipliedReportingOverflow(by: Milliseconds.nanoseconds)
            return overflow ? nil : Timestamp(nanoseconds: product)
        }
        if case .text = self, let time = Timestamp(text) { return time }
        return Double(text).flatMap { $0.isFinite ? Timestamp(seconds: $0 / 1000) : nil }
    }

    var address: IPAddress? {
        guard case .text = self else { return nil }
        var address = SensorAddress(high: 0, low: 0)
        let isRead = characters { SensorReadAddress($0, $1, &address) } ?? false
        return isRead ? IPAddress(high: address.high, low: address.low) : nil
    }

    /// A whole number from 0 on, also one written as a text or with a fraction of zero.
    var count: Int64? {
        let bytes = self.bytes
        if !bytes.isEmpty, bytes.count < 19, bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            return bytes.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        }
        let text = self.text
        if let whole = Int64(text) { return whole >= 0 ? whole : nil }
        return Double(text).flatMap(Int64.init(exactly:)).flatMap { $0 >= 0 ? $0 : nil }
    }

    var number: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }

    /// A transport protocol by name or number; unknown where neither is known.
    var proto: UInt8 { characters { SensorProtocolNumber($0, $1) } ?? TransportProtocol.unknown }

    /// A flow's id: a number as it is, anything else by its hash.
    var id: Int64 {
        if let count { return count }
        if let bits = UInt64(text) { return Int64(bitPattern: bits) }
        return Int64(bitPattern: FNV.hash(text))
    }
}

/// Transport protocols as sensors write them.
enum ProtocolWord {
    /// A protocol's number; unknown where the word is not.
    static func number(_ word: String) -> UInt8 {
        var word = word
        return word.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                characters.baseAddress.map { SensorProtocolNumber($0, characters.count) }
            }
        } ?? TransportProtocol.unknown
    }
}
