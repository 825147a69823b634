import Bytes
import Foundation
import ProcFS

/// A tree of recorded or composed kernel files: see `Fixtures/README.md`.
struct Fixture {
  let root: URL

  init(_ name: String) { root = Self.folder.appendingPathComponent(name) }

  /// The octets of a file, by its path on the host.
  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
  }

  /// What a reader of `/sys/block` would find there, partitions included, sorted by name.
  func blockDevices() throws -> [BlockDevice] {
    func device(_ name: String, _ path: String) throws -> BlockDevice {
      let number = try bytes(path + "/dev")
      let hidden = try? bytes(path + "/hidden")
      return BlockDevice(
        name: name, number: try DeviceNumber(parsing: number.span),
        hasSlaves: !names(path + "/slaves").isEmpty,
        isHidden: try hidden.map { try NumberFile(parsing: $0.span).value == 1 } ?? false,
        isPartition: (try? bytes(path + "/partition")) != nil)
    }
    var devices: [BlockDevice] = []
    for disk in names("sys/block") {
      devices.append(try device(disk, "sys/block/\(disk)"))
      for part in names("sys/block/\(disk)") where part.hasPrefix(disk) {
        devices.append(try device(part, "sys/block/\(disk)/\(part)"))
      }
    }
    return devices
  }

  private func names(_ path: String) -> [String] {
    let url = root.appendingPathComponent(path)
    return ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }

  private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

  /// Every kernel file of every tree, with its path, sorted.
  static func all() throws -> [(path: String, bytes: [UInt8])] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return try paths.sorted().filter { $0.contains("/") }.compactMap { path in
      let url = folder.appendingPathComponent(path)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue
      else { return nil }
      return (path, [UInt8](try Data(contentsOf: url)))
    }
  }

  /// A file of the machine that runs the tests; `nil` if it has none.
  static func live(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) }
  }
}
