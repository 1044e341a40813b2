// swift-tools-version: 6.1
import PackageDescription

// A package of your own names Flare's repository here instead:
//     .package(url: "https://github.com/…/flare", from: "0.1.0")
let flare = Context.environment["FLARE_CHECKOUT"] ?? "../../.."

let package = Package(
    name: "long-lived",
    products: [.library(name: "LongLived", type: .dynamic, targets: ["LongLived"])],
    dependencies: [.package(name: "flare", path: flare)],
    targets: [
        .target(name: "LongLived", dependencies: [.product(name: "FlareKit", package: "flare")]),
        .testTarget(
            name: "LongLivedTests",
            dependencies: ["LongLived", .product(name: "FlareKitTesting", package: "flare")]),
    ],
    swiftLanguageModes: [.v6]
)
