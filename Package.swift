// swift-tools-version: 6.2
import PackageDescription

/// What every target, tests included, is compiled under.
let testRules: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// The product also marks every use of unsafe memory.
let rules: [SwiftSetting] = testRules + [.strictMemorySafety()]

let package = Package(
  name: "hsflowd",
  targets: [
    // Pure: bytes to values and back.
    .target(name: "Bytes", swiftSettings: rules),
    .target(name: "SFlow", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "ProcFS", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "Netlink", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "Config", dependencies: ["Bytes"], swiftSettings: rules),
    // Assembly.
    .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: testRules),
    .testTarget(
      name: "SFlowTests", dependencies: ["Bytes", "SFlow"], resources: [.copy("Vectors")],
      swiftSettings: testRules),
    .testTarget(
      name: "ProcFSTests", dependencies: ["Bytes", "ProcFS"], resources: [.copy("Fixtures")],
      swiftSettings: testRules),
    .testTarget(
      name: "NetlinkTests", dependencies: ["Bytes", "Netlink"], resources: [.copy("Fixtures")],
      swiftSettings: testRules),
    .testTarget(name: "ConfigTests", dependencies: ["Bytes", "Config"], swiftSettings: testRules),
  ]
)
