import Benchmark
import CountedMemory
import Foundation

let benchmarks: @Sendable () -> Void = {
  encoding()
  decoding()
  kernelFiles()
  netlink()
  configuration()
}

/// Calls of malloc(3); the library's own count wants a library that is not everywhere.
private let allocations = BenchmarkMetric.custom("Allocations")

/// A benchmark of `body`, which is one operation: time, instructions where the machine counts them, allocations.
///
/// What `make bench-check` holds goes to the file that HSFLOWD_UNITS names, in the form of Benchmarks/lab.sh.
func unit(_ name: String, _ body: @escaping () -> Void) {
  let times = Times()
  Benchmark(
    name,
    configuration: .init(
      metrics: [.wallClock, .instructions, allocations], scalingFactor: .kilo,
      maxDuration: .milliseconds(600), maxIterations: 400)
  ) { benchmark in
    let (before, start) = (counted_allocations(), processorTime())
    for _ in benchmark.scaledIterations { body() }
    let (took, count) = (processorTime() - start, counted_allocations() - before)
    benchmark.measurement(allocations, Int(count))
    let operations = Double(benchmark.scaledIterations.count)
    times.add(nanoseconds: took / operations, allocations: Double(count) / operations)
  } teardown: {
    times.write(name)
  }
}

/// Nanoseconds that this thread was on a processor: other programs do not count.
private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// What one benchmark measured, round by round.
private final class Times {
  private var rounds: [(nanoseconds: Double, allocations: Double)] = []

  func add(nanoseconds: Double, allocations: Double) { rounds.append((nanoseconds, allocations)) }

  /// The median of the time, and the least of the allocations: the first round may fill caches.
  func write(_ name: String) {
    guard let path = ProcessInfo.processInfo.environment["HSFLOWD_UNITS"], !rounds.isEmpty else { return }
    let median = rounds.map(\.nanoseconds).sorted()[rounds.count / 2]
    let least = rounds.map(\.allocations).min() ?? 0
    let lines =
      "\(name)\tagent\tns\t\((median * 10).rounded() / 10)\n"
      + "\(name): allocations\tagent\t\t\((least * 100).rounded() / 100)\n"
    guard let file = FileHandle(forWritingAtPath: path) else { return print("cannot write \(path)") }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data(lines.utf8))
    try? file.close()
  }
}

/// The octets of a file of the project, by its path in it.
func octets(_ path: String) -> [UInt8] {
  let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
  guard let data = try? Data(contentsOf: root.appending(path: path)) else {
    fatalError("cannot read \(path)")
  }
  return [UInt8](data)
}

/// The result, or the end: what is measured is expected to work.
func must<R>(_ body: () throws -> R) -> R {
  do { return try body() } catch { fatalError("\(error)") }
}
