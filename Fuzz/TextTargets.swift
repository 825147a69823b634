import Bytes
import Config
import Glibc
import Linux
import ProcFS
import SFlow

@testable import Discovery
@testable import HostCounters
@testable import VirtualMachines

// What is text: the configuration, files of the kernel and of the host, descriptions of guests.

func readConfiguration(_ text: Span<UInt8>) {
  let bytes = [UInt8](copying: text.bytes)
  let options = ParseOptions(features: Set(Feature.allCases))
  let outcome = Configuration.parse(bytes, file: "fuzz", options: options)
  check(outcome.diagnostics, of: bytes)
  precondition(
    (outcome.settings == nil) == outcome.diagnostics.contains { $0.severity == .error },
    "settings in spite of an error, or none without one")
  precondition(Configuration.parse(bytes, file: "fuzz", options: options) == outcome, "read otherwise again")
  guard let settings = outcome.settings else { return }
  _ = settings.differences(from: Settings())
  precondition(settings.differences(from: settings).isEmpty, "settings that differ from themselves")

  let file = AutoFile(
    hostname: "fuzz", settings: settings, agentAddress: .v4(IPv4Address(192, 0, 2, 1)),
    agentDevice: settings.agent,
    collectors: [])
  precondition(AutoFile.revision(of: file.text(revision: 7)) == 7, "hsflowd.auto that is taken for none")
  for line in file.content.split(separator: "\n") { precondition(line.contains("="), "a torn line") }
}

/// Each names a place in the file, stands on one line and moves no cursor, and they come in the file's order.
private func check(_ diagnostics: [Diagnostic], of text: [UInt8]) {
  var lines = 1
  for (i, byte) in text.enumerated() {
    if byte == 0x0A || byte == 0x0D && text.dropFirst(i + 1).first != 0x0A { lines += 1 }
  }
  var last = SourcePosition(line: 1, column: 1)
  for diagnostic in diagnostics {
    let position = diagnostic.position
    precondition(position >= last, "not in the order of the file")
    precondition(position.line <= lines && position.column <= text.count + 1, "a place outside of the file")
    last = position
    for scalar in "\(diagnostic)".unicodeScalars {
      precondition(
        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value), "a control character in a message")
    }
  }
}

func parseFiles(_ text: Span<UInt8>) {
  _ = try? LoadAverage(parsing: text)
  _ = try? Uptime(parsing: text)
  _ = try? Stat(parsing: text)
  _ = try? Cpuinfo(parsing: text)
  _ = try? ProcessorList(parsing: text)
  _ = try? Meminfo(parsing: text)
  _ = try? Vmstat(parsing: text)
  _ = try? Snmp(parsing: text)
  _ = try? NumberFile(parsing: text)
  _ = try? DeviceNumber(parsing: text)
  _ = try? MachineID(parsing: text)
  _ = ProductUUID(parsing: text)
  _ = try? BlockDevice.guessed(parsing: text)
  _ = try? LocalFilesystem.all(parsing: text)
  let bytes = [UInt8](copying: text.bytes)
  _ = AutoFile.revision(of: String(decoding: bytes, as: UTF8.self))
  _ = DefaultURI.find(isRoot: false, environment: nil, configuration: bytes)
}

func describeGuest(_ octets: Span<UInt8>) {
  _ = try? GuestDescription(parsing: [UInt8](copying: octets.bytes))
}

/// The files of the host's records, parted by octets of zero. Read and sent twice, for some sources compare.
func pollHost(_ octets: Span<UInt8>) {
  let root = HostFiles.write(octets)
  let buffer = FileBuffer()
  let sources: [any HostRecordSource] = [
    SnmpSource(root, buffer: buffer), CPUSource(root, buffer: buffer), MemorySource(root, buffer: buffer),
    DiskSource(root, buffer: buffer, space: FileSystemSpaces(root, background: BackgroundNobody())),
  ]
  var packer = DatagramPacker(checkedFor: .v4(IPv4Address(192, 0, 2, 1)))
  for poll in 1...2 {
    packer.appendCounterSample(source: .host, sequence: UInt32(poll)) { sample in
      for source in sources {
        // One that fails must leave out its own records and no others.
        do throws(FileError) {
          _ = try sample.appendAll { (sample) throws(FileError) in try source.append(to: &sample) }
        } catch {
          _ = "\(error)"
        }
      }
    }
  }
  packer.flush()
}

/// Files of this process in memory, always the same ones with other contents.
private enum HostFiles {
  static let names = [
    "proc/stat", "proc/loadavg", "proc/uptime", "proc/meminfo", "proc/vmstat", "proc/net/snmp",
    "proc/diskstats", "proc/cpuinfo",
  ]
  private static let folder: String = {
    let path = "/dev/shm/hsflowd-fuzz-\(getpid())"
    for part in ["", "/proc", "/proc/net"] { mkdir(path + part, 0o700) }
    atexit {
      for name in HostFiles.names { unlink(HostFiles.folder + "/" + name) }
      for part in ["/proc/net", "/proc", ""] { rmdir(HostFiles.folder + part) }
    }
    return path
  }()
  private static let descriptors = names.map { open(folder + "/" + $0, O_RDWR | O_CREAT, 0o600) }

  static func write(_ texts: Span<UInt8>) -> FileRoot {
    texts.withUnsafeBytes { texts in
      var rest = texts[...]
      for descriptor in descriptors {
        // `memchr`, for a loop over the octets is measured in each of its steps.
        let text = UnsafeRawBufferPointer(rebasing: rest)
        var count = text.count
        if let start = text.baseAddress, let end = memchr(start, 0, count) {
          count = UnsafeRawPointer(end) - start
        }
        if count > 0 { _ = pwrite(descriptor, text.baseAddress!, count, 0) }
        precondition(ftruncate(descriptor, count) == 0, "cannot write to /dev/shm")
        rest = rest.dropFirst(count + 1)
      }
    }
    return FileRoot(folder)
  }
}

/// File systems are not measured here.
private final class BackgroundNobody: BackgroundRunner {
  func run<R: Sendable>(
    _ name: String, within limit: Duration, _ job: @escaping @Sendable () -> R,
    then: @escaping (R?) -> Void
  ) {}
}
