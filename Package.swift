// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "flare",
    products: [
        .library(name: "FlareKit", targets: ["FlareKit"]),
        .executable(name: "flare", targets: ["flare"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-crypto", .upToNextMinor(from: "4.5.2")),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", .upToNextMinor(from: "2.1.1")),
        .package(url: "https://github.com/swift-server/async-http-client", .upToNextMinor(from: "1.37.0")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMajor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-nio-ssl", .upToNextMajor(from: "2.37.6")),
    ],
    targets: [
        // The system's C libraries
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // Starts programs from outside: between fork and exec only C will do
        .target(name: "CFlareSpawn"),

        // The framework: no plugin is named in here
        .target(
            name: "FlareKit",
            dependencies: ["CLibYAML", "CFlareSpawn", .product(name: "Logging", package: "swift-log")]
        ),

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
            name: "Suricata",
            dependencies: ["FlareKit", "CompressedFiles", "LineFiles", "EVEScanner", "SensorText"],
            path: "Sources/Plugins/Suricata",
            exclude: ["Scanner"]
        ),
        .target(
            name: "ZeekScanner",
            dependencies: ["SensorText"],
            path: "Sources/Plugins/Zeek/Scanner",
            cxxSettings: [.define("NDEBUG")],
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("m")]
        ),
        .target(
            name: "Zeek",
            dependencies: ["FlareKit", "CompressedFiles", "LineFiles", "ZeekScanner"],
            path: "Sources/Plugins/Zeek",
            exclude: ["Scanner"]
        ),
        .target(name: "Focus", dependencies: ["FlareKit"], path: "Sources/Plugins/Focus"),
        .target(name: "Beacon", dependencies: ["FlareKit"], path: "Sources/Plugins/Beacon"),
        .target(
            name: "Tabular",
            dependencies: ["FlareKit", "OutputFiles", "OutputText"],
            path: "Sources/Plugins/Tabular"
        ),
        .target(
            name: "HTML",
            dependencies: [
                "FlareKit", "OutputFiles", "OutputText",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            path: "Sources/Plugins/HTML",
            resources: [.embedInCode("Assets")]
        ),
        .target(name: "Allowlist", dependencies: ["FlareKit", "PeerMatching"], path: "Sources/Plugins/Allowlist"),
        .target(
            name: "Elasticsearch",
            dependencies: [
                "FlareKit", "SensorText", "CFlareSpawn",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Plugins/Elasticsearch",
            resources: [.embedInCode("Maps")]
        ),

        // The command
        .executableTarget(
            name: "flare",
            dependencies: [
                "FlareKit", "Suricata", "Zeek", "Elasticsearch", "Focus", "Allowlist", "Beacon", "Tabular",
                "HTML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),

        // The made-up day of the demo, and the command that writes it
        .target(name: "HomeNetwork", path: "Tests/Support/HomeNetwork"),
        .executableTarget(name: "generate-sample", dependencies: ["HomeNetwork"], path: "Tests/Support/GenerateSample"),

        // What the benchmarks run beside the command
        .executableTarget(name: "eve-generator", path: "Benchmarks/Speed/Generator"),
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

        .target(name: "FlareKitTesting", dependencies: ["FlareKit"], path: "Tests/Support/FlareKitTesting"),
        .testTarget(name: "FlareKitTests", dependencies: ["FlareKit", "FlareKitTesting"]),
        .testTarget(name: "CompressedFilesTests", dependencies: ["CompressedFiles", "CZlib", "CZstd"]),
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
        .testTarget(name: "PeerMatchingTests", dependencies: ["PeerMatching"]),
        .testTarget(
            name: "AllowlistTests",
            dependencies: ["Allowlist", "PeerMatching", "Suricata", "Beacon", "FlareKitTesting"]),
        .testTarget(name: "FocusTests", dependencies: ["Focus"]),
        .testTarget(name: "BeaconTests", dependencies: ["Beacon", "FlareKitTesting"]),
        .testTarget(
            name: "ElasticsearchTests",
            dependencies: [
                "Elasticsearch", "Suricata", "Beacon", "Focus", "FlareKitTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(name: "TabularTests", dependencies: ["Tabular"]),
        .testTarget(name: "HTMLTests", dependencies: ["HTML", "SampleReports"]),
        .testTarget(name: "EndToEndTests", dependencies: ["flare", "HomeNetwork", "CZlib"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
