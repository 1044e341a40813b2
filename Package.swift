// swift-tools-version: 6.1
import PackageDescription

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
    targets: [
        // The system's C libraries
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // The interface of plugins in dynamic libraries: one header
        .target(name: "CFlarePlugin"),

        // Starts programs from outside: between fork and exec only C will do
        .target(name: "CFlareSpawn"),

        // The framework, a target a layer: each imports those above it in this list, and none below. No plugin is named
        // in here. FlareKit exports them all
        .target(name: "FlareModel", path: "Sources/FlareKit/FlareModel"),
        .target(name: "FlareOptions", dependencies: ["FlareModel", "CLibYAML"], path: "Sources/FlareKit/FlareOptions"),
        .target(
            name: "FlarePlugins",
            dependencies: ["FlareModel", "FlareOptions", .product(name: "Logging", package: "swift-log")],
            path: "Sources/FlareKit/FlarePlugins"),
        .target(
            name: "FlareEngine",
            dependencies: [
                "FlareModel", "FlareOptions", "FlarePlugins", .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/FlareKit/FlareEngine"),
        .target(
            name: "FlarePipeline", dependencies: ["FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine"],
            path: "Sources/FlareKit/FlarePipeline"),
        .target(
            name: "FlareExternal",
            dependencies: [
                "FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine", "FlarePipeline", "CFlareSpawn",
                "CFlarePlugin",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/FlareKit/FlareExternal"),
        .target(
            name: "FlareKit",
            dependencies: [
                "FlareModel", "FlareOptions", "FlarePlugins", "FlareEngine", "FlarePipeline", "FlareExternal",
            ],
            path: "Sources/FlareKit/FlareKit"),

        // What several plugin families need
        .target(
            name: "CompressedFiles",
            dependencies: ["CZlib", "CZstd"],
            path: "Sources/Plugins/Shared/CompressedFiles"
        ),
        .target(
            name: "LineFiles",
            dependencies: ["FlareKit", "CompressedFiles"],
            path: "Sources/Plugins/Shared/LineFiles"
        ),
        .target(name: "SensorText", path: "Sources/Plugins/Shared/SensorText", cxxSettings: [.define("NDEBUG")]),
        .target(
            name: "ContextWords", dependencies: ["SensorText"], path: "Sources/Plugins/Shared/ContextWords",
            cxxSettings: [.define("NDEBUG")]),
        .target(
            name: "ContextReading",
            dependencies: ["FlareKit", "LineFiles", "ContextWords", "SensorText", "CompressedFiles"],
            path: "Sources/Plugins/Shared/ContextReading"),
        .target(name: "HTTP", dependencies: ["CCurl"], path: "Sources/Plugins/Shared/HTTP"),
        .target(name: "OutputFiles", dependencies: ["FlareKit"], path: "Sources/Plugins/Shared/OutputFiles"),
        .target(name: "OutputText", dependencies: ["FlareKit"], path: "Sources/Plugins/Shared/OutputText"),
        .target(
            name: "PeerMatching",
            dependencies: ["FlareKit", "CompressedFiles"],
            path: "Sources/Plugins/Shared/PeerMatching"
        ),

        // The plugin families
        .target(
            name: "EVEScanner",
            dependencies: ["SensorText"],
            path: "Sources/Plugins/Suricata/Scanner",
            cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(
            name: "EVEContextScanner",
            dependencies: ["SensorText", "ContextWords"],
            path: "Sources/Plugins/Suricata/ContextScanner",
            cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(
            name: "Suricata",
            dependencies: [
                "FlareKit", "CompressedFiles", "LineFiles", "EVEScanner", "EVEContextScanner", "ContextReading",
                "ContextWords", "SensorText",
            ],
            path: "Sources/Plugins/Suricata",
            exclude: ["Scanner", "ContextScanner"]
        ),
        .target(
            name: "ZeekScanner",
            dependencies: ["SensorText", "ContextWords"],
            path: "Sources/Plugins/Zeek/Scanner",
            cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("m")]
        ),
        .target(
            name: "Zeek",
            dependencies: [
                "FlareKit", "CompressedFiles", "LineFiles", "ContextReading", "ContextWords", "ZeekScanner",
            ],
            path: "Sources/Plugins/Zeek",
            exclude: ["Scanner"]
        ),
        .target(
            name: "Whois",
            dependencies: [
                "FlareKit", "HTTP", "PeerMatching", "CompressedFiles", "CMaxMindDB",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Sources/Plugins/Whois"
        ),
        .target(
            name: "Domain", dependencies: ["FlareKit", "PeerMatching", "CompressedFiles"],
            path: "Sources/Plugins/Domain", resources: [.embedInCode("Lists")]),
        .target(
            name: "Context", dependencies: ["FlareKit", "OutputText"], path: "Sources/Plugins/Context"),
        .target(name: "Threats", dependencies: ["FlareKit", "PeerMatching"], path: "Sources/Plugins/Threats"),
        .target(
            name: "Periodic", dependencies: ["FlareKit", "PeerMatching"], path: "Sources/Plugins/Periodic",
            exclude: ["README.md"], resources: [.embedInCode("Catalogue")]),
        .target(name: "Focus", dependencies: ["FlareKit"], path: "Sources/Plugins/Focus"),
        .target(name: "Periodicity", path: "Sources/Plugins/Shared/Periodicity"),
        .target(name: "Beacon", dependencies: ["FlareKit", "Periodicity"], path: "Sources/Plugins/Beacon"),
        .target(
            name: "Tabular",
            dependencies: ["FlareKit", "OutputFiles", "OutputText"],
            path: "Sources/Plugins/Tabular"
        ),
        .target(
            name: "HTML",
            dependencies: [
                "FlareKit", "OutputFiles", "OutputText",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            path: "Sources/Plugins/HTML",
            resources: [.embedInCode("Assets")]
        ),
        .target(
            name: "History",
            dependencies: ["FlareKit", "OutputFiles", "OutputText", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Sources/Plugins/SQLite"
        ),
        .target(
            name: "Allowlist", dependencies: ["FlareKit", "PeerMatching"], path: "Sources/Plugins/Allowlist",
            resources: [.embedInCode("Lists")]),
        .target(
            name: "Elasticsearch",
            dependencies: [
                "FlareKit", "HTTP", "SensorText", "ContextWords", "CFlareSpawn",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Plugins/Elasticsearch",
            resources: [.embedInCode("Maps")]
        ),

        // Measuring detectors: labelled beacons in real traffic, exports, figures
        .target(name: "Evaluation", dependencies: ["FlareKit", "CompressedFiles", "OutputText", "SyntheticTraffic"]),

        // The command
        .executableTarget(
            name: "flare",
            dependencies: [
                "FlareKit", "Suricata", "Zeek", "Elasticsearch", "Focus", "Context", "Periodic", "Threats", "Allowlist",
                "Whois", "Domain", "Beacon", "Tabular", "HTML", "History", "Evaluation", "CompressedFiles", "LineFiles",
                "OutputFiles", "OutputText", "SyntheticTraffic",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("Resources/flare_plugin.py")]
        ),

        .target(name: "TestReading", path: "Tests/Support/TestReading"),

        // The made-up day of the demo, and the command that writes it
        .target(name: "HomeNetwork", path: "Tests/Support/HomeNetwork"),
        .executableTarget(name: "generate-sample", dependencies: ["HomeNetwork"], path: "Tests/Support/GenerateSample"),

        // What the benchmarks run beside the command
        .executableTarget(name: "eve-generator", path: "Benchmarks/Speed/Generator"),
        .executableTarget(name: "stream-generator", path: "Benchmarks/Memory/Generator"),
        .executableTarget(name: "zeek-generator", path: "Benchmarks/Zeek/Generator"),
        .executableTarget(
            name: "bare-loop",
            path: "Benchmarks/Speed/BareLoop",
            cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .executableTarget(name: "bench-stopwatch", path: "Benchmarks/Speed/Stopwatch"),
        .executableTarget(
            name: "eve-scanner-check",
            dependencies: ["EVEScanner"],
            path: "Benchmarks/Sanitize",
            exclude: ["run"]
        ),
        .executableTarget(
            name: "zeek-scanner-check",
            dependencies: ["ZeekScanner", "SensorText"],
            path: "Benchmarks/SanitizeZeek",
            exclude: ["run"]
        ),

        .executableTarget(
            name: "hostile-numbers",
            dependencies: ["FlareKitTesting", "Allowlist", "Beacon", "Context", "Domain", "Focus", "Traffic"],
            path: "Benchmarks/Hostile",
            exclude: ["run"]
        ),

        .executableTarget(
            name: "matching-benchmark", dependencies: ["FlareKit", "PeerMatching"], path: "Benchmarks/Matching/Runner"),
        .executableTarget(name: "domain-benchmark", dependencies: ["Domain"], path: "Benchmarks/Domains/Runner"),

        // Labelled channels, and how well detectors do on them
        .target(name: "SyntheticTraffic", path: "Benchmarks/Detection/SyntheticTraffic"),
        .executableTarget(
            name: "detection-benchmark", dependencies: ["SyntheticTraffic", "Periodicity"],
            path: "Benchmarks/Detection/Runner"),
        .testTarget(name: "PeriodicityTests", dependencies: ["Periodicity", "SyntheticTraffic"]),
        .testTarget(name: "SyntheticTrafficTests", dependencies: ["SyntheticTraffic"]),

        // Made-up pages, to test and to look at
        .target(
            name: "SampleReports",
            dependencies: ["FlareKit", "HomeNetwork"],
            path: "Tests/Support/SampleReports"
        ),
        .executableTarget(
            name: "generate-report",
            dependencies: ["HTML", "SampleReports"],
            path: "Tests/Support/GenerateReport"
        ),

        .target(name: "FlareKitTesting", dependencies: ["FlareKit"]),
        .testTarget(name: "FlareModelTests", dependencies: ["FlareKit"]),
        .testTarget(name: "FlareOptionsTests", dependencies: ["FlareKit"]),
        .testTarget(name: "FlareEngineTests", dependencies: ["FlareKit", "FlareKitTesting"]),
        .testTarget(name: "FlarePipelineTests", dependencies: ["FlareKit", "FlareKitTesting"]),
        .testTarget(name: "FlareExternalTests", dependencies: ["FlareKit", "FlareKitTesting", "CFlarePlugin"]),
        .testTarget(name: "CompressedFilesTests", dependencies: ["CompressedFiles", "CZlib", "CZstd"]),
        .testTarget(name: "LineFilesTests", dependencies: ["LineFiles", "CompressedFiles", "FlareKit", "CZlib"]),
        .testTarget(
            name: "SuricataTests",
            dependencies: [
                "Suricata", "EVEScanner", "SensorText", "CompressedFiles", "LineFiles", "FlareKitTesting", "CZlib",
            ]
        ),
        .testTarget(
            name: "ZeekTests",
            dependencies: ["Zeek", "ZeekScanner", "LineFiles", "Beacon", "FlareKitTesting", "CZlib", "CZstd"]
        ),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "FlareKit", "SyntheticTraffic"]),
        .testTarget(name: "PeerMatchingTests", dependencies: ["PeerMatching"]),
        .testTarget(
            name: "AllowlistTests",
            dependencies: ["TestReading", "Allowlist", "PeerMatching", "Suricata", "Zeek", "FlareKitTesting"],
            exclude: ["reference.py"]),
        .testTarget(
            name: "WhoisTests", dependencies: ["TestReading", "Whois", "FlareKitTesting"], exclude: ["mmdb.py"]),
        .testTarget(
            name: "DomainTests", dependencies: ["TestReading", "Domain", "FlareKitTesting"], exclude: ["suffixes.py"]),
        .testTarget(
            name: "ContextTests",
            dependencies: [
                "TestReading", "Context", "Suricata", "Zeek", "ContextReading", "ContextWords", "FlareKitTesting",
            ],
            exclude: ["reference.py"]),
        .testTarget(name: "PeriodicTests", dependencies: ["Periodic", "PeerMatching", "FlareKitTesting"]),
        .testTarget(name: "ThreatsTests", dependencies: ["Threats", "FlareKitTesting"]),
        .testTarget(name: "FocusTests", dependencies: ["FlareKit", "Focus"]),
        .testTarget(name: "BeaconTests", dependencies: ["Beacon", "FlareKitTesting"]),
        .testTarget(
            name: "ElasticsearchTests",
            dependencies: [
                "flare", "Elasticsearch", "Suricata", "Zeek", "Beacon", "Focus", "Context", "FlareKitTesting",
            ],
            exclude: ["Fixtures", "filebeat.py", "odd_cluster.py", "tls_proxy.py"]
        ),
        .testTarget(name: "TabularTests", dependencies: ["FlareKit", "Tabular"]),
        .testTarget(
            name: "HistoryTests",
            dependencies: ["FlareKit", "FlareKitTesting", "History", .product(name: "GRDB", package: "GRDB.swift")]),
        .testTarget(name: "HTMLTests", dependencies: ["FlareKit", "TestReading", "HTML", "SampleReports"]),
        .testTarget(
            name: "OutputTests",
            dependencies: [
                "flare", "FlareKitTesting", "OutputText", "Tabular", "HTML", "History", "Elasticsearch", "Evaluation",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TestReading", "flare", "HomeNetwork", "CZlib", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Schema/agreement.py"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Plugin families that need FlareKit alone, one a line: their sources and README.md are in Sources/Plugins/NAME, their
// tests in Tests/NAMETests. "flare plugins new --in-tree" adds its line here.
let families = [
    "Traffic"
]

for family in families {
    let folder = "Sources/Plugins/\(family)"
    package.targets.append(
        .target(name: family, dependencies: ["FlareKit"], path: folder, exclude: ["README.md"]))
    package.targets.append(
        .testTarget(name: "\(family)Tests", dependencies: [.init(stringLiteral: family), "FlareKitTesting"]))
    for target in package.targets where target.name == "flare" {
        target.dependencies.append(.init(stringLiteral: family))
    }
}
