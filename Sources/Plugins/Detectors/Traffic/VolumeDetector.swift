import FlareKit

/// Finds channels over which a source sends far more than it is used to: stolen data on its way out, and uploads of
/// backups and pictures.
///
/// What a source is used to is the median of the bytes it sends, over its own channels in the window, on a logarithmic
/// scale, with the median absolute deviation for spread (Rousseeuw, Croux, JASA 88, 1993). A source with few channels has
/// no habit; it is measured by that of the whole network.
public struct VolumeDetector: Detector, BuiltInPlugin {
    public static let name = "volume"
    public static let summary = "Finds channels over which a source sends far more than it is used to."
    public static let techniques = ["T1048"]
    public static let evidence = [
        Field("usual_bytes", .number, unit: "bytes", "Median of the bytes that the source's other channels send."),
        Field("volume_deviations", .number, "Number of deviations above the median, on a logarithmic scale."),
        Field("upload_ratio", .number, "Bytes to the destination over bytes from it."),
        .addresses,
    ]

    public struct Content: Judgement {
        /// Nothing is unusual by itself.
        public var score: Double { 0 }
        var sent: Int64
    }

    /// Bytes sent over bytes received; below 1 it is no upload.
    private static let minRatio = 1.0
    /// A source with fewer channels has no habit of its own.
    private static let minPeers = 8

    private let options: VolumeOptions

    public init(_ options: VolumeOptions, _ context: PluginContext) { self.options = options }

    public var demand: Demand { Demand(grouping: Grouping(ignoring: [.port, .proto])) }

    public func judge(_ channel: ChannelView, _ census: Census) throws -> Content? {
        channel.bytesToServer.sum.map { Content(sent: $0) }
    }

    public func settle(
        _ judged: [Judged<Content>], _ channels: ChannelTable, _ census: Census
    ) async throws -> [Finding] {
        let network = Habit(judged.map(\.judgement.sent))
        let bySource = Dictionary(grouping: judged) { channels.key(of: $0.channel).source }
        return bySource.sorted { $0.key < $1.key }.flatMap { _, own -> [Finding] in
            let candidates = own.filter { $0.judgement.sent >= options.minBytes.bytes }
            guard !candidates.isEmpty else { return [] }
            let habit = own.count >= Self.minPeers ? Habit(own.map(\.judgement.sent)) : network
            return candidates.compactMap { finding($0, habit, channels, census) }
        }
    }

    private func finding(
        _ entry: Judged<Content>, _ habit: Habit, _ channels: ChannelTable, _ census: Census
    ) -> Finding? {
        let sent = entry.judgement.sent
        let deviations = habit.deviations(of: sent)
        guard deviations >= options.deviations else { return nil }
        let view = channels.view(entry.channel)
        let ratio = Double(sent) / Double(max(1, view.bytesToClient.sum ?? 0))
        guard ratio >= Self.minRatio else { return nil }
        var finding = Finding(
            detector: Self.name, channel: view, census: census,
            score: deviations / (deviations + options.deviations),
            summary:
                "sent \(ByteSize(bytes: Self.rounded(sent))), where \(ByteSize(bytes: Self.rounded(habit.typical))) "
                + "is usual")
        finding.occurrences = view.count
        finding.evidence["usual_bytes"] = .number(Double(habit.typical))
        finding.evidence["volume_deviations"] = .number(deviations)
        finding.evidence["upload_ratio"] = .number(ratio)
        return finding
    }

    /// Two digits are enough for a sentence.
    private static func rounded(_ bytes: Int64) -> Int64 {
        var scale: Int64 = 1
        while bytes / scale >= 100 { scale *= 10 }
        return bytes / scale * scale
    }
}

/// The options of `volume`.
public struct VolumeOptions: PluginOptions {
    public var minBytes = ByteSize.megabytes(10)
    public var deviations = 4.0

    public init() {}

    public static var options: [Option<Self>] {
        [
            Option("min_bytes", \.minBytes, "Smallest reported amount of sent bytes."),
            Option(
                "deviations", \.deviations, "Number of deviations above the source's median that is unusual.",
                range: 0.5...),
        ]
    }
}

/// What amounts are usual: median and spread on a logarithmic scale.
struct Habit {
    /// Bytes.
    let typical: Int64
    private let center: Double
    private let spread: Double

    /// The median absolute deviation of a normal distribution is this share of its standard deviation.
    private static let normalShare = 0.6745
    /// Sources whose channels are all alike still vary by this much: a factor of 2.
    private static let leastSpread = 0.301

    init(_ amounts: [Int64]) {
        let scale = amounts.map(Self.scaled).sorted()
        let center = Self.median(of: scale)
        self.center = center
        spread = max(Self.leastSpread, Self.median(of: scale.map { abs($0 - center) }.sorted()) / Self.normalShare)
        typical = amounts.sorted()[safe: amounts.count / 2] ?? 0
    }

    func deviations(of amount: Int64) -> Double { (Self.scaled(amount) - center) / spread }

    private static func scaled(_ amount: Int64) -> Double { (Double(max(0, amount)) + 1).logarithm }

    /// - Parameter sorted: rising.
    private static func median(of sorted: [Double]) -> Double { sorted[safe: sorted.count / 2] ?? 0 }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
