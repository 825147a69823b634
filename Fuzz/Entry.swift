import Glibc

private typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// libFuzzer's loop. <https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library>
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The parser that HSFLOWD_FUZZ names. Set before the loop begins.
nonisolated(unsafe) private var target: (Span<UInt8>) -> Void = { _ in }

/// The linker is told by SwiftPM that this is `main`.
@_cdecl("fuzz_main")
public func fuzzMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
  guard let name = getenv("HSFLOWD_FUZZ").map({ String(cString: $0) }), let chosen = targets[name] else {
    print("HSFLOWD_FUZZ must be one of: \(targets.keys.sorted().joined(separator: " "))")
    return 2
  }
  target = chosen
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments) { octets, count in
    target(UnsafeBufferPointer(start: octets, count: count).span)
    return 0
  }
}
