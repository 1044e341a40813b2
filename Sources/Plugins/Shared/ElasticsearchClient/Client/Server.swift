/// What a cluster is, by its root answer.
package struct Server: Sendable, Equatable {
    package enum Product: String, Sendable {
        case elasticsearch = "Elasticsearch"
        case openSearch = "OpenSearch"
    }

    /// `major.minor` of a version, in order.
    package struct Version: Sendable, Hashable, Comparable {
        package var major: Int
        package var minor: Int

        package init(_ major: Int, _ minor: Int) {
            self.major = major
            self.minor = minor
        }

        /// Reads `8.15.3` or `9.0.0-SNAPSHOT`.
        package init?(_ text: String) {
            let parts = text.split(separator: ".")
            guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
                return nil
            }
            self.init(major, minor)
        }

        package static func < (a: Version, b: Version) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
    }

    package var product: Product
    package var version: Version
    /// As the server writes it.
    package var versionText: String
    package var clusterName: String
    /// Whether nobody administers its nodes, and its version means little.
    package var isServerless = false

    /// What a search context is opened with.
    package enum Context: Sendable, Equatable {
        /// Elasticsearch's point in time.
        case pointInTime
        /// OpenSearch's point in time.
        case openSearchPointInTime
        case scroll
    }

    /// Reads a root answer.
    ///
    /// OpenSearch 1 can be told to pass itself off as Elasticsearch 7.10.2 (`override_main_response_version`); that is
    /// read as what it says it is, which is served by requests that both understand.
    ///
    /// - Returns: `nil` where this is no answer of a cluster.
    package init?(root: JSON) {
        guard let version = root["version"], let number = version["number"]?.text, let parsed = Version(number) else {
            return nil
        }
        product = version["distribution"]?.text == "opensearch" ? .openSearch : .elasticsearch
        self.version = parsed
        versionText = number
        clusterName = root["cluster_name"]?.text ?? ""
        isServerless = version["build_flavor"]?.text == "serverless"
    }

    package init(_ product: Product, _ version: Version, serverless: Bool = false) {
        self.product = product
        self.version = version
        versionText = "\(version.major).\(version.minor)"
        clusterName = ""
        isServerless = serverless
    }

    private func isAtLeast(elasticsearch: Version, openSearch: Version) -> Bool {
        switch product {
        case .elasticsearch: isServerless || version >= elasticsearch
        case .openSearch: version >= openSearch
        }
    }

    /// How all of an index is read. A point in time needs a sort that tells all documents apart, `_shard_doc`
    /// (elastic/elasticsearch 68833; OpenSearch pull request 18924), and slices of it (elastic/elasticsearch 74457).
    package var context: Context {
        guard isAtLeast(elasticsearch: Version(7, 15), openSearch: Version(3, 3)) else { return .scroll }
        return product == .openSearch ? .openSearchPointInTime : .pointInTime
    }

    /// The oldest versions that Flare knows how to ask.
    package var isTooOld: Bool { product == .elasticsearch && !isServerless && version < Version(6, 0) }

    /// `fixed_interval` of a date histogram; before, it is `interval` (elastic/elasticsearch 33727).
    package var fixedInterval: String {
        isAtLeast(elasticsearch: Version(7, 2), openSearch: Version(1, 0)) ? "fixed_interval" : "interval"
    }

    /// `missing_bucket` of a composite aggregation came with 6.4.
    package var hasMissingBucket: Bool { isAtLeast(elasticsearch: Version(6, 4), openSearch: Version(1, 0)) }

    /// `case_insensitive` of a term query came with 7.10 (elastic/elasticsearch 61596).
    package var hasCaseInsensitiveTerm: Bool { isAtLeast(elasticsearch: Version(7, 10), openSearch: Version(1, 0)) }

    /// Composable index templates came with 7.8.
    package var hasComposableTemplates: Bool { isAtLeast(elasticsearch: Version(7, 8), openSearch: Version(1, 0)) }

    /// Whether documents carry a type in their path and their bulk actions.
    package var needsTypes: Bool { product == .elasticsearch && !isServerless && version.major < 7 }
}

extension Server: CustomStringConvertible {
    /// `OpenSearch 3.8.0`
    package var description: String { "\(product.rawValue) \(versionText)" + (isServerless ? " (serverless)" : "") }
}
