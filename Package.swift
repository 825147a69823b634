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

/// The product also marks every use of unsafe memory. Overlapping accesses to properties of classes are looked for
/// at run time in debug builds, which all unit tests are; in the release that took an eighth of a logged packet's time.
let rules: [SwiftSetting] =
  testRules + [
    .strictMemorySafety(),
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
  ]

/// Release builds are small and static: `make` prepares `.build/slib` (the static libstdc++ and libgcc).
/// `pack-relative-relocs` needs glibc 2.36 or later where the program runs.
let releaseLink: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld", "-L", ".build/slib", "-Xlinker", "--gc-sections", "-Xlinker", "-s",
      "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
      "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
    ], .when(configuration: .release))
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let collections = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

let package = Package(
  name: "hsflowd",
  products: [
    .executable(name: "hsflowd", targets: ["hsflowd"]),
    .executable(name: "hsflowctl", targets: ["hsflowctl"]),
    // For the benchmarks, which are a package of their own.
    .library(name: "PureParts", targets: ["Bytes", "SFlow", "ProcFS", "Netlink", "Config"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [
    // Pure: bytes to values and back.
    .target(name: "Bytes", swiftSettings: rules),
    .target(name: "SFlow", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "ProcFS", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "Netlink", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "Config", dependencies: ["Bytes"], swiftSettings: rules),
    .target(name: "ControlProtocol", dependencies: ["Bytes"], swiftSettings: rules),
    // Edge: the only importer of libc.
    .target(name: "CLinux"),
    // libvirt's calls, opened at run time.
    .target(name: "CLibvirt"),
    .target(
      name: "Linux", dependencies: ["Bytes", "CLinux", logging, system, collections, deque],
      swiftSettings: rules),
    // Features.
    .target(
      name: "HostCounters", dependencies: ["Bytes", "ProcFS", "Netlink", "SFlow", "Linux", logging, system],
      swiftSettings: rules),
    .target(
      name: "Sampling", dependencies: ["Bytes", "Netlink", "SFlow", "Config", "Linux", logging, system],
      swiftSettings: rules),
    .target(
      name: "VirtualMachines",
      dependencies: ["Bytes", "SFlow", "Config", "Linux", "CLibvirt", logging, system],
      swiftSettings: rules),
    .target(name: "Discovery", dependencies: ["Bytes", "Config", "Linux", logging], swiftSettings: rules),
    // Assembly.
    .target(
      name: "Agent",
      dependencies: [
        "Bytes", "SFlow", "Config", "ControlProtocol", "Netlink", "ProcFS", "Linux", "HostCounters",
        "Sampling",
        "VirtualMachines", "Discovery", logging, system,
      ],
      swiftSettings: rules),
    .executableTarget(
      name: "hsflowd", dependencies: ["Agent", "Bytes", "Config", "Linux", "SFlow", logging, system],
      swiftSettings: rules,
      linkerSettings: releaseLink),
    // Tools.
    .target(name: "Listening", dependencies: ["Bytes", "SFlow"], swiftSettings: rules),
    .executableTarget(
      name: "hsflowctl",
      dependencies: [
        "Agent", "Bytes", "Config", "ControlProtocol", "Linux", "Listening", "SFlow", arguments, logging,
        system,
      ],
      swiftSettings: rules,
      linkerSettings: releaseLink),

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
    .testTarget(
      name: "LinuxTests", dependencies: ["Bytes", "Linux", logging, system], swiftSettings: testRules),
    .testTarget(
      name: "HostCountersTests",
      dependencies: [
        "Bytes", "Linux", "Netlink", "ProcFS", "HostCounters", "SFlow", logging, system,
        .product(name: "InMemoryLogging", package: "swift-log"),
      ],
      swiftSettings: testRules),
    .testTarget(
      name: "SamplingTests",
      dependencies: ["Bytes", "Netlink", "SFlow", "Config", "Linux", "Sampling", logging, system],
      swiftSettings: testRules),
    .testTarget(
      name: "VirtualMachinesTests",
      dependencies: [
        "Agent", "Bytes", "SFlow", "Config", "HostCounters", "Sampling", "Netlink", "Linux", "CLibvirt",
        "VirtualMachines", logging, system,
      ],
      swiftSettings: testRules),
    .testTarget(
      name: "DiscoveryTests", dependencies: ["Bytes", "Config", "Linux", "Discovery", logging],
      swiftSettings: testRules),
    .testTarget(
      name: "ControlProtocolTests", dependencies: ["Bytes", "ControlProtocol"], swiftSettings: testRules),
    .testTarget(
      name: "ListeningTests", dependencies: ["Bytes", "Listening", "SFlow"], swiftSettings: testRules),
    .testTarget(name: "ConfigTests", dependencies: ["Bytes", "Config"], swiftSettings: testRules),
    .testTarget(
      name: "AgentTests",
      dependencies: [
        "Agent", "Bytes", "Config", "ControlProtocol", "Discovery", "HostCounters", "Linux", "Netlink",
        "ProcFS",
        "SFlow", "VirtualMachines",
        logging, system,
      ],
      swiftSettings: testRules),
    .testTarget(
      name: "SystemTests",
      dependencies: ["Bytes", "ControlProtocol", "Linux", "SFlow", "ProcFS", "Netlink", system],
      swiftSettings: testRules),
  ]
)

// `make fuzz` alone builds this: it needs the sanitizer's main.
if Context.environment["HSFLOWD_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Bytes", "CLibvirt", "Config", "ControlProtocol", "Discovery", "HostCounters", "Linux", "Listening",
        "Netlink", "ProcFS", "SFlow", "Sampling", "VirtualMachines",
      ], path: "Fuzz",
      swiftSettings: testRules, linkerSettings: [.unsafeFlags(["-use-ld=lld"])]))
}
