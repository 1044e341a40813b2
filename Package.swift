// swift-tools-version: 6.1
import PackageDescription

/// The layers of the framework, Sources/FlareKit/NAME: each imports those before it in this list, and none after. No plugin
/// is named in here.
let layers: [Target] = [
    .layer("FlareModel", ["CDomainLists"]),
    .layer("FlareOptions", ["FlareModel", "CLibYAML", "CCrypto"]),
    .layer("FlarePlugins", ["FlareModel", "FlareOptions", .logging]),
    .layer("FlareEngine", ["FlareModel", "FlareOptions", "FlarePlugins", .logging]),
    .layer("FlarePipeline", ["FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine"]),
    .layer(
        "FlareExternal",
        [
            "FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine", "FlarePipeline", "CFlareSpawn", "CFlarePlugin",
            .logging,
        ]),
    // Exports them all: what plugins import
    .layer(
        "FlareKit",
        ["FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine", "FlarePipeline", "FlareExternal"]),
]

/// The families of plugins, by the lists of a pipeline file: their sources and README.md are in Sources/Plugins/ROLE/NAME,
/// their tests in Tests/NAMETests. All need FlareKit, and no other family. "flare plugins new --in-tree" adds its line here.
let families: [Family] = [
    Family(
        .source, "Suricata",
        needs: [
            "CompressedFiles", "LineFiles", "EVEScanner", "ContextReading", "RecordSchemas", "SensorText",
        ],
        except: ["Scanner"], testNeeds: ["EVEScanner", "SensorText", "LineFiles"]),
    Family(
        .source, "Zeek", needs: ["CompressedFiles", "LineFiles", "ContextReading", "RecordSchemas", "ZeekScanner"],
        except: ["Scanner"], testNeeds: ["ZeekScanner", "LineFiles", "Beacon"]),
    Family(
        .source, "PCAP", needs: ["CompressedFiles", "LineFiles", "PCAPScanner"], except: ["Scanner"],
        testNeeds: ["PCAPScanner"], testFiles: ["frames.py", "netflow.py", "programs.py"]),
    Family(
        .source, "Table",
        needs: [
            "CompressedFiles", "LineFiles", "ContextReading", "RecordArenas", "RecordReaders", "RecordSchemas",
        ],
        testNeeds: ["Beacon", "Context", "RecordSchemas"], testFiles: ["netflow.py"]),
    Family(
        .source, "ElasticsearchRecords",
        needs: ["ElasticsearchClient", "HTTP", "RecordSchemas", "SensorText"],
        testNeeds: [
            "TestClusters", "flare", "ElasticsearchClient", "ElasticsearchFindings", "Suricata", "Zeek", "Beacon",
            "Focus", "Context", "RecordSchemas",
        ],
        testFiles: ["Fixtures", "filebeat.py", "odd_cluster.py", "tls_proxy.py"]),
    Family(
        .source, "ClickHouse", needs: ["ElasticsearchClient", "HTTP", "RecordSchemas"], resources: ["Schemas"],
        testNeeds: ["TestClusters", "HomeNetwork", "flare", "HTTP", "Suricata", "Zeek", "Beacon", "Context"],
        testFiles: ["chdb_server.py"]),
    Family(
        .enricher, "Allowlist", needs: ["PeerMatching"], resources: ["Lists"],
        testNeeds: ["PeerMatching", "Suricata", "Zeek"], testFiles: ["reference.py"]),
    Family(
        .enricher, "Context", needs: ["OutputText"],
        testNeeds: ["Suricata", "Zeek", "ContextReading", "RecordArenas", "RecordSchemas"],
        testFiles: ["reference.py"]),
    Family(
        .enricher, "Domain", needs: ["PeerMatching", "CompressedFiles"],
        testFiles: ["suffixes.py"]),
    Family(.enricher, "Focus"),
    Family(
        .enricher, "History", needs: ["HistoryDatabase", "OutputText"],
        testNeeds: ["HistoryDatabase", "HistorySamples"]),
    Family(.enricher, "Links", needs: ["ElasticsearchClient", "RecordSchemas"]),
    Family(
        .enricher, "Periodic", needs: ["PeerMatching"], resources: ["Catalogue", "Frameworks"],
        testNeeds: ["PeerMatching"]),
    Family(.enricher, "Threats", needs: ["PeerMatching"]),
    Family(
        .enricher, "Whois", needs: ["HTTP", "PeerMatching", "CompressedFiles", "CMaxMindDB", .sqlite],
        testFiles: ["mmdb.py"]),
    Family(
        .detector, "Beacon", needs: ["HistoryDatabase", "OutputFiles", "Periodicity"],
        except: ["Periodicity", "ShapeMatching"],
        testNeeds: ["HistoryDatabase", .sqlite]),
    Family(.detector, "DNS", testNeeds: ["Suricata", "Zeek", "PCAP", "SyntheticTraffic"], testFiles: ["iodine.sh"]),
    Family(.detector, "Traffic"),
    Family(
        .sink, "ElasticsearchFindings", needs: ["ElasticsearchClient", "HTTP", .logging],
        testNeeds: ["flare", "TestClusters", "ElasticsearchClient"]),
    Family(
        .sink, "HTML",
        needs: ["DetectionRules", "OutputFiles", "OutputText", .product(name: "Mustache", package: "swift-mustache")],
        resources: ["Assets"], testNeeds: ["SampleReports"]),
    Family(
        .sink, "Messages", needs: ["CFlareSpawn", "HTTP", "OutputFiles", "OutputText"],
        testNeeds: ["HTTP", "TestClusters"],
        testFiles: ["mail_server.py", "web_server.py"]),
    Family(
        .sink, "SQLite", needs: ["HistoryDatabase", "OutputFiles", "OutputText", .sqlite],
        testNeeds: ["HistoryDatabase", "HistorySamples", .sqlite]),
    Family(.sink, "Tabular", needs: ["OutputFiles", "OutputText"]),
]

/// What several families need, Sources/Plugins/Shared/NAME.
let shared: [Target] = [
    .shared("CompressedFiles", ["CZlib", "CZstd", "CLzma", "CBzip2", "CLz4"]),
    .sharedScanner("RecordFraming", ["SensorText"]),
    .shared("LineFiles", ["FlareKit", "CompressedFiles", "RecordFraming", "RecordSchemas"]),
    .sharedScanner("SensorText"),
    .sharedScanner("RecordArenas", ["SensorText"]),
    .sharedScanner("RecordReaders", ["RecordArenas", "SensorText"]),
    .shared("RecordSchemas", ["FlareKit"], resources: ["Schemas", "Tables"]),
    .shared(
        "ContextReading",
        ["FlareKit", "LineFiles", "RecordArenas", "RecordReaders", "RecordSchemas", "SensorText", "CompressedFiles"]),
    .shared("HistoryDatabase", ["FlareKit", "OutputFiles", .logging, .sqlite]),
    .shared("ElasticsearchClient", ["FlareKit", "HTTP", "RecordArenas", "RecordSchemas", "CFlareSpawn", .logging]),
    .shared("HTTP", ["FlareKit", "CCurl"]),
    .shared("OutputFiles", ["FlareKit"]),
    .shared("OutputText", ["FlareKit"]),
    .shared("PeerMatching", ["FlareKit", "CompressedFiles"]),
    // Rules for other tools, of findings
    .shared("DetectionRules", ["FlareKit", "OutputText"]),
]

/// Parts of families that are targets of their own: what is written in C and C++, and what others measure.
let parts: [Target] = [
    .scanner("EVEScanner", ["SensorText"], path: "Sources/Plugins/Sources/Suricata/Scanner"),
    .scanner("ZeekScanner", ["SensorText", "RecordReaders"], path: "Sources/Plugins/Sources/Zeek/Scanner"),
    .scanner("PCAPScanner", ["SensorText", "RecordArenas", "CCrypto"], path: "Sources/Plugins/Sources/PCAP/Scanner"),
    .target(
        name: "Periodicity", dependencies: ["ShapeMatching"], path: "Sources/Plugins/Detectors/Beacon/Periodicity"),
    .target(name: "ShapeMatching", path: "Sources/Plugins/Detectors/Beacon/ShapeMatching"),
]

/// The system's C libraries, and what only C will do.
let inC: [Target] = [
    // Debian's libbz2-dev has no pkg-config file
    .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CLz4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CLzma", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    // The public suffixes and what names look like: bytes take minutes to compile in Swift
    .target(name: "CDomainLists", exclude: ["Files"]),
    // The interface of plugins in dynamic libraries: one header
    .target(name: "CFlarePlugin"),
    // Starts programs from outside: between fork and exec only C will do
    .target(name: "CFlareSpawn"),
    // One sentence where memory runs out, for the command alone
    .target(name: "CFlareMemory"),
]

/// The command, and what measures detectors: labelled beacons in real traffic, exports, figures.
let command: [Target] = [
    .executableTarget(
        name: "flare",
        dependencies: families.map { .init(stringLiteral: $0.name) } + [
            "FlareKit", "Evaluation", "CompressedFiles", "DetectionRules", "HistoryDatabase", "LineFiles",
            "OutputFiles",
            "OutputText", "SyntheticTraffic", "CFlareMemory", .logging,
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        resources: [.embedInCode("Resources/flare_plugin.py")]
    ),
    .target(name: "Evaluation", dependencies: ["FlareKit", "CompressedFiles", "OutputText", "SyntheticTraffic"]),
    .target(name: "SyntheticTraffic"),
    .target(name: "FlareKitTesting", dependencies: ["FlareKit"]),
]

/// What benchmarks run beside the command.
let benchmarks: [Target] = [
    .executableTarget(name: "eve-generator", path: "Benchmarks/Speed/Generator"),
    .executableTarget(name: "stream-generator", path: "Benchmarks/Memory/Generator"),
    .executableTarget(name: "zeek-generator", path: "Benchmarks/Zeek/Generator"),
    .executableTarget(
        name: "bare-loop", path: "Benchmarks/Speed/BareLoop", cxxSettings: [.define("NDEBUG")],
        linkerSettings: [.linkedLibrary("simdjson")]),
    .executableTarget(name: "bench-stopwatch", path: "Benchmarks/Speed/Stopwatch"),
    .executableTarget(
        name: "matching-benchmark", dependencies: ["FlareKit", "PeerMatching"], path: "Benchmarks/Matching/Runner"),
    .executableTarget(
        name: "domain-benchmark", dependencies: ["Domain", "FlareKit"], path: "Benchmarks/Domains/Runner"),
    .executableTarget(
        name: "detection-benchmark",
        dependencies: ["Beacon", "DNS", "FlareKit", "FlareKitTesting", "Periodicity", "SyntheticTraffic", "Traffic"],
        path: "Benchmarks/Detection/Runner"),
]

/// What tests need, and tests that are programs: under a sanitizer, and over hostile numbers.
let testSupport: [Target] = [
    .target(name: "TestKit", dependencies: ["CZlib", "CZstd"], path: "Tests/Support/TestKit"),
    // Clusters that answer as Elasticsearch and OpenSearch do, and proxies that break what passes
    .target(name: "TestClusters", dependencies: ["FlareKit", "FlareKitTesting"], path: "Tests/Support/TestClusters"),
    // Runs that a history holds
    .target(
        name: "HistorySamples", dependencies: ["FlareKit", "SQLite", "TestKit"], path: "Tests/Support/HistorySamples"),
    // The made-up day of the demo, and the command that writes it
    .target(name: "HomeNetwork", path: "Tests/Support/HomeNetwork"),
    .executableTarget(name: "generate-sample", dependencies: ["HomeNetwork"], path: "Tests/Support/GenerateSample"),
    // Made-up pages, to test and to look at
    .target(name: "SampleReports", dependencies: ["FlareKit", "HomeNetwork"], path: "Tests/Support/SampleReports"),
    .executableTarget(
        name: "generate-report", dependencies: ["HTML", "SampleReports"], path: "Tests/Support/GenerateReport"),
    .executableTarget(
        name: "eve-scanner-check", dependencies: ["EVEScanner"], path: "Tests/Sanitizers/Suricata", exclude: ["run"]),
    .executableTarget(
        name: "zeek-scanner-check", dependencies: ["ZeekScanner", "SensorText"], path: "Tests/Sanitizers/Zeek",
        exclude: ["run"]),
    .executableTarget(
        name: "record-reader-check", dependencies: ["RecordReaders"], path: "Tests/Sanitizers/Records",
        exclude: ["run"]),
    .executableTarget(
        name: "hostile-numbers",
        dependencies: [
            "FlareKitTesting", "Allowlist", "Beacon", "Context", "Domain", "Focus", "Periodic", "Threats", "Traffic",
        ],
        path: "Tests/HostileNumbers", exclude: ["run", "threats.txt"]),
]

/// Tests beside those of families.
let tests: [Target] = [
    .testTarget(name: "FlareKitTests", dependencies: ["FlareKit"]),
    .testTarget(name: "FlareModelTests", dependencies: ["FlareKit"]),
    .testTarget(name: "FlareOptionsTests", dependencies: ["FlareKit"]),
    .testTarget(name: "FlareEngineTests", dependencies: ["FlareKit", "FlareKitTesting", "TestKit"]),
    .testTarget(name: "FlarePipelineTests", dependencies: ["FlareKit", "FlareKitTesting", "TestKit"]),
    .testTarget(name: "FlareExternalTests", dependencies: ["FlareKit", "FlareKitTesting", "CFlarePlugin"]),
    .testTarget(name: "CompressedFilesTests", dependencies: ["CompressedFiles", "TestKit"]),
    .testTarget(name: "LineFilesTests", dependencies: ["LineFiles", "CompressedFiles", "FlareKit", "TestKit"]),
    .testTarget(name: "SensorTextTests", dependencies: ["SensorText"]),
    .testTarget(
        name: "HistoryDatabaseTests", dependencies: ["HistoryDatabase", "HistorySamples", "TestKit", .sqlite]),
    .testTarget(
        name: "ElasticsearchClientTests",
        dependencies: ["FlareKit", "HTTP", "ElasticsearchClient", "ElasticsearchRecords", "RecordSchemas"]),
    .testTarget(name: "PeerMatchingTests", dependencies: ["PeerMatching"]),
    .testTarget(name: "DetectionRulesTests", dependencies: ["DetectionRules", "FlareKit"], exclude: ["parse.py"]),
    .testTarget(name: "PeriodicityTests", dependencies: ["Periodicity", "ShapeMatching", "SyntheticTraffic"]),
    .testTarget(name: "SyntheticTrafficTests", dependencies: ["SyntheticTraffic"]),
    .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "FlareKit", "SyntheticTraffic"]),
    // All outputs over the same findings
    .testTarget(
        name: "OutputTests",
        dependencies: [
            "flare", "FlareKitTesting", "OutputText", "Tabular", "HTML", "SQLite", "ElasticsearchClient",
            "ElasticsearchFindings", "ElasticsearchRecords", "Links", "Messages", "Evaluation", .sqlite,
        ]),
    // The built command
    .testTarget(
        name: "EndToEndTests", dependencies: ["flare", "HomeNetwork", "TestKit", "CZlib", .sqlite],
        exclude: ["Schema/agreement.py"]),
]

let package = Package(
    name: "flare",
    products: [
        .library(name: "FlareKit", targets: ["FlareKit"]),
        .library(name: "FlareKitTesting", targets: ["FlareKitTesting"]),
        .executable(name: "flare", targets: ["flare"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: inC + layers + shared + parts + families.flatMap(\.targets) + command + benchmarks + testSupport + tests,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

extension Target.Dependency {
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var sqlite: Self { .product(name: "GRDB", package: "GRDB.swift") }
}

extension Target {
    static func layer(_ name: String, _ needs: [Dependency] = []) -> Target {
        .target(name: name, dependencies: needs, path: "Sources/FlareKit/\(name)")
    }

    static func shared(_ name: String, _ needs: [Dependency] = [], resources: [String] = []) -> Target {
        .target(
            name: name, dependencies: needs, path: "Sources/Plugins/Shared/\(name)",
            resources: resources.map { .embedInCode($0) })
    }

    static func sharedScanner(_ name: String, _ needs: [Dependency] = []) -> Target {
        scanner(name, needs, path: "Sources/Plugins/Shared/\(name)")
    }

    /// What is written in C++.
    static func scanner(_ name: String, _ needs: [Dependency], path: String) -> Target {
        .target(
            name: name, dependencies: needs, path: path, cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("m")])
    }
}

/// A family of plugins.
struct Family {
    /// The lists of a pipeline file; a family is where its plugins are listed.
    enum Role: String {
        case source = "Sources"
        case enricher = "Enrichers"
        case detector = "Detectors"
        case sink = "Sinks"
    }

    let name: String
    /// Its sources and its tests.
    let targets: [Target]

    /// - Parameters:
    ///   - needs: beyond FlareKit.
    ///   - except: folders that are targets of their own.
    ///   - resources: folders that the command carries.
    ///   - testNeeds: beyond the family, FlareKit, FlareKitTesting and TestKit.
    ///   - testFiles: what lies beside the tests and is no Swift.
    init(
        _ role: Role, _ name: String, needs: [Target.Dependency] = [], except: [String] = [], resources: [String] = [],
        testNeeds: [Target.Dependency] = [], testFiles: [String] = []
    ) {
        self.name = name
        let sources = Target.target(
            name: name, dependencies: ["FlareKit"] + needs, path: "Sources/Plugins/\(role.rawValue)/\(name)",
            exclude: ["README.md"] + except, resources: resources.map { .embedInCode($0) })
        let tests = Target.testTarget(
            name: "\(name)Tests",
            dependencies: [.init(stringLiteral: name), "FlareKit", "FlareKitTesting", "TestKit"] + testNeeds,
            exclude: testFiles)
        targets = [sources, tests]
    }
}
