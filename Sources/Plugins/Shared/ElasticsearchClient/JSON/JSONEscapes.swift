/// The escapes of JSON texts (RFC 8259, section 7).
package enum JSONEscapes {
    /// The text that a raw one means.
    package static func read(_ raw: UnsafeBufferPointer<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        var plain = raw.startIndex
        var place = raw.startIndex
        func appendPlain(upTo end: Int) {
            if end > plain { text.append(contentsOf: String(decoding: raw[plain..<end], as: UTF8.self).unicodeScalars) }
        }
        while place < raw.endIndex {
            guard raw[place] == UInt8(ascii: "\\"), place + 1 < raw.endIndex else {
                place += 1
                continue
            }
            appendPlain(upTo: place)
            place += 2
            switch raw[place - 1] {
            case UInt8(ascii: "n"): text.append("\n")
            case UInt8(ascii: "t"): text.append("\t")
            case UInt8(ascii: "r"): text.append("\r")
            case UInt8(ascii: "b"): text.append("\u{8}")
            case UInt8(ascii: "f"): text.append("\u{C}")
            case UInt8(ascii: "u"): text.append(scalar(raw, at: &place))
            case let other: text.append(Unicode.Scalar(other))
            }
            plain = place
        }
        appendPlain(upTo: raw.endIndex)
        return String(text)
    }

    /// The scalar of `\uXXXX`, of two of them where they are a surrogate pair.
    private static func scalar(_ raw: UnsafeBufferPointer<UInt8>, at place: inout Int) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard let high = unit(raw, at: place) else { return replacement }
        place += 4
        guard UTF16.isLeadSurrogate(high) else { return Unicode.Scalar(high) ?? replacement }
        let next = place
        guard next + 6 <= raw.endIndex, raw[next] == UInt8(ascii: "\\"), raw[next + 1] == UInt8(ascii: "u"),
            let low = unit(raw, at: next + 2), UTF16.isTrailSurrogate(low)
        else { return replacement }
        place += 6
        return UTF16.decode(UTF16.EncodedScalar([high, low]))
    }

    private static func unit(_ raw: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt16? {
        guard place + 4 <= raw.endIndex else { return nil }
        return UInt16(String(decoding: raw[place..<place + 4], as: UTF8.self), radix: 16)
    }
}
