/// Labels beyond ASCII as DNS carries them (RFC 3492).
package enum Punycode {
    private static let base: UInt32 = 36
    private static let tMin: UInt32 = 1
    private static let tMax: UInt32 = 26
    private static let skew: UInt32 = 38
    private static let damp: UInt32 = 700

    /// A label in ASCII: itself where it is so already, else `xn--…`.
    ///
    /// - Returns: `nil` for a label that is too long to be one.
    package static func ascii(_ label: String) -> String? {
        let scalars = label.unicodeScalars.map(\.value)
        if scalars.allSatisfy({ $0 < 128 }) { return label }
        guard scalars.count < 64 else { return nil }
        var output = scalars.filter { $0 < 128 }
        let basic = UInt32(output.count)
        var handled = basic
        if basic > 0 { output.append(45) }
        var next: UInt32 = 128
        var delta: UInt32 = 0
        var bias: UInt32 = 72
        while handled < UInt32(scalars.count) {
            guard let smallest = scalars.filter({ $0 >= next }).min() else { return nil }
            // Labels of fewer than 64 characters cannot overflow.
            delta += (smallest - next) * (handled + 1)
            next = smallest
            for scalar in scalars {
                if scalar < next { delta += 1 }
                guard scalar == next else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            next += 1
        }
        return "xn--" + String(String.UnicodeScalarView(output.compactMap { Unicode.Scalar($0) }))
    }

    private static func append(_ delta: UInt32, _ bias: UInt32, to output: inout [UInt32]) {
        var rest = delta
        var k = base
        while true {
            let threshold = k <= bias ? tMin : min(tMax, k - bias)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            k += base
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: UInt32) -> UInt32 { value < 26 ? value + 97 : value + 22 }

    private static func adapted(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / count
        var k: UInt32 = 0
        while delta > (base - tMin) * tMax / 2 {
            delta /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * delta / (delta + skew)
    }
}
