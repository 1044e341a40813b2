import FlareOptions

/// The four roles in a pipeline.
public enum PluginKind: String, Sendable, Hashable, Codable, CaseIterable, OptionValue {
    case source, enricher, detector, sink

    /// The role's list in a pipeline file.
    public var section: String { "\(rawValue)s" }

    /// Whether a plugin plays the role.
    package func isPlayed(by plugin: any Plugin) -> Bool {
        switch self {
        case .source: plugin is any Source
        case .enricher: plugin is any Enricher
        case .detector: plugin is any Detector
        case .sink: plugin is any Sink
        }
    }
}

extension PluginKind: Comparable {
    /// In the order in which data passes through a pipeline.
    public static func < (left: PluginKind, right: PluginKind) -> Bool { left.place < right.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
