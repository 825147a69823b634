// swift-tools-version: 6.2
import PackageDescription

// A package of its own: nobody who builds the agent needs its dependencies.
let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "hsflowd", path: ".."),
    // Without its traits: they want libraries that are not everywhere. CountedMemory counts instead.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "CountedMemory", path: "CountedMemory"),
    .executableTarget(
      name: "Units",
      dependencies: [
        "CountedMemory",
        .product(name: "PureParts", package: "hsflowd"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Units",
      swiftSettings: [.treatAllWarnings(as: .error), .enableExperimentalFeature("Lifetimes")],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
