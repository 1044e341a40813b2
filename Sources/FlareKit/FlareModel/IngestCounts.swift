/// The counts of every record that a cursor read: used, skipped or rejected, and why.
///
/// `read == used + skipped + rejected` holds at all times; ingest counts of several cursors add up.
public struct IngestCounts: Sendable, Codable, Equatable {
    /// How many examples of each reason are kept.
    public static let examplesKept = 5
    /// The reason under which records are skipped that were used as they stand in another input.
    public static let repeated = "also in another file"
    /// The reason under which records are skipped of connections that are used as another sensor saw them.
    public static let shared = "also seen by another sensor"
    /// The reason under which lines are rejected that are no JSON.
    public static let notJSON = "not JSON"
    /// The reason under which a last line without its end is rejected.
    public static let cutOff = "last line cut off"

    /// Records of one reason.
    public struct Tally: Sendable, Codable, Equatable {
        public var count = 0
        /// The earliest and latest time seen among them, where the source knows.
        public var first: Timestamp?
        public var last: Timestamp?
        /// Where the first few stand (`eve.json byte 1234`), by place.
        public var examples: [Place] = []

        public init(count: Int = 0, first: Timestamp? = nil, last: Timestamp? = nil, examples: [Place] = []) {
            self.count = count
            self.first = first
            self.last = last
            self.examples = examples
        }

        /// Where the first few stand, and how many more there are.
        public var places: String {
            let more = count > examples.count ? ["and \((count - examples.count).grouped) more"] : []
            return (examples.map(\.description) + (examples.isEmpty ? [] : more)).joined(separator: ", ")
        }

        /// Counts one more.
        public mutating func add(at place: Place? = nil, time: Timestamp? = nil) {
            merge(Tally(count: 1, first: time, last: time, examples: place.map { [$0] } ?? []))
        }

        public mutating func merge(_ other: Tally) {
            count.addClamped(other.count)
            first = [first, other.first].compactMap { $0 }.min()
            last = [last, other.last].compactMap { $0 }.max()
            guard !other.examples.isEmpty else { return }
            examples = Array((examples + other.examples).sorted().prefix(IngestCounts.examplesKept))
        }
    }

    /// A place in an input.
    public struct Place: Sendable, Codable, Hashable, Comparable, CustomStringConvertible {
        public var origin: String
        /// Bytes from the beginning, or a line's number where the source says so; -1 where it has no meaning.
        public var position: Int64
        public var detail: String

        public init(_ origin: String, _ position: Int64 = -1, _ detail: String = "") {
            self.origin = origin
            self.position = position
            self.detail = detail
        }

        public static func < (a: Place, b: Place) -> Bool {
            (a.origin, a.position, a.detail) < (b.origin, b.position, b.detail)
        }

        public var description: String {
            (position < 0 ? origin : "\(origin) byte \(position)") + (detail.isEmpty ? "" : " (\(detail))")
        }
    }

    /// Records read, of whatever kind: lines of a file, documents of an index.
    public var read = 0
    /// Records handed on, by kind.
    public var used: [RecordKind.RawName: Tally] = [:]
    /// Records left alone on purpose, by reason ("event type stats").
    public var skipped: [String: Tally] = [:]
    /// Records that could not be used, by reason ("not JSON").
    public var rejected: [String: Tally] = [:]
    /// Remarks that take nothing away from the counts ("start missing, logged time used").
    public var noted: [String: Tally] = [:]
    /// Inputs that could not be read, or not to their ends, by what is wrong with them; the records in them are not
    /// counted anywhere.
    public var unread: [String: Tally] = [:]
    /// What the sensor says of its own losses, where the input holds that; a run tells of it by hours.
    public var sensor = SensorRecord()
    /// Bytes of input consumed, as stored (compressed bytes of a compressed file).
    public var bytes: Int64 = 0

    public init() {}

    /// All but the sensor's counters, which are as many as minutes.
    private enum CodingKeys: String, CodingKey {
        case read, used, skipped, rejected, noted, unread, bytes
    }

    public var usedCount: Int { used.values.reduce(0) { $0.addingClamped($1.count) } }
    public var skippedCount: Int { skipped.values.reduce(0) { $0.addingClamped($1.count) } }
    public var rejectedCount: Int { rejected.values.reduce(0) { $0.addingClamped($1.count) } }

    /// Whether the counts add up.
    public var isBalanced: Bool { read == usedCount.addingClamped(skippedCount).addingClamped(rejectedCount) }

    public mutating func merge(_ other: IngestCounts) {
        read.addClamped(other.read)
        bytes.addClamped(other.bytes)
        Self.merge(&used, other.used)
        Self.merge(&skipped, other.skipped)
        Self.merge(&rejected, other.rejected)
        Self.merge(&noted, other.noted)
        Self.merge(&unread, other.unread)
        sensor.merge(other.sensor)
    }

    /// Counts a record as handed on.
    public mutating func use(_ kind: RecordKind, count: Int = 1) {
        read.addClamped(count)
        used[kind.name, default: Tally()].count.addClamped(count)
    }

    /// Counts a record as left alone on purpose.
    public mutating func skip(_ reason: String, time: Timestamp? = nil) {
        read += 1
        skipped[reason, default: Tally()].add(time: time)
    }

    /// Counts a record that could not be used.
    public mutating func reject(_ reason: String, at place: Place? = nil) {
        read += 1
        rejected[reason, default: Tally()].add(at: place)
    }

    private static func merge(_ mine: inout [String: Tally], _ other: [String: Tally]) {
        for (reason, tally) in other {
            mine[reason, default: Tally()].merge(tally)
            // A record may be taken out of a tally again.
            if mine[reason]?.count == 0 { mine[reason] = nil }
        }
    }
}

extension RecordKind {
    /// A kind's name where it is a key of a table that is written out.
    public typealias RawName = String
}
