import EVEScanner
import FlareKit

/// Suricata's counters of the packets that the kernel gave it, and of those that it could not take.
///
/// A line of them is kilobytes long and may come every few seconds, so that three numbers are looked for and nothing is parsed.
enum StatsLine {
    static func read(_ line: UnsafeRawBufferPointer, of file: String, into record: inout SensorRecord) {
        guard let time = text(after: "\"timestamp\":\"", in: line).flatMap({ Timestamp($0) }) else { return }
        guard let capture = place(after: "\"capture\":{", in: line) else { return }
        var counters = UnsafeRawBufferPointer(rebasing: line[capture...])
        // Each thread has counters of the same names.
        if let threads = place(after: "\"threads\":", in: counters) {
            counters = UnsafeRawBufferPointer(rebasing: counters[..<threads])
        }
        let packets: Int64
        let lost: Int64
        if let received = number(after: "\"kernel_packets\":", in: counters),
            let drops = number(after: "\"kernel_drops\":", in: counters)
        {
            // What the kernel counts as received includes what it dropped.
            (packets, lost) = (max(received, drops), drops)
        } else if let received = number(after: "\"packets\":", in: counters),
            let missed = number(after: "\"imissed\":", in: counters)
        {
            (packets, lost) = (received.addingClamped(missed), missed)
        } else {
            return
        }
        let sensor = text(after: "\"host\":\"", in: line) ?? ""
        record.add(
            SensorRecord.Sample(time: time.wholeSeconds, packets: packets, lost: lost),
            of: sensor + " " + stem(of: file),
            kind: .dropped, isTotal: true)
    }

    /// Of `eve-eth0.json.3.gz` what `eve-eth0.json` has too: rotation changes no counter.
    private static func stem(of file: String) -> String {
        String((file.split(separator: "/").last ?? "").prefix { $0 != "." })
    }

    private static func place(after name: String, in line: UnsafeRawBufferPointer) -> Int? {
        guard let start = line.baseAddress else { return nil }
        let found = EVEFind(start.assumingMemoryBound(to: CChar.self), line.count, name)
        return found < 0 ? nil : found + name.utf8.count
    }

    private static func text(after name: String, in line: UnsafeRawBufferPointer) -> String? {
        guard let start = place(after: name, in: line) else { return nil }
        let text = line[start...].prefix(64).prefix { $0 != UInt8(ascii: "\"") }
        return String(decoding: text, as: UTF8.self)
    }

    private static func number(after name: String, in line: UnsafeRawBufferPointer) -> Int64? {
        guard let start = place(after: name, in: line) else { return nil }
        let digits = line[start...].prefix(20).drop { $0 == UInt8(ascii: " ") }.prefix { (48...57).contains($0) }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
