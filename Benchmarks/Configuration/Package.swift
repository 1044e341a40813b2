// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "configuration-benchmark",
    dependencies: [.package(name: "flare", path: "../..")],
    targets: [
        .executableTarget(
            name: "configuration-benchmark", dependencies: [.product(name: "FlareKit", package: "flare")],
            path: "Sources")
    ],
    swiftLanguageModes: [.v6]
)
