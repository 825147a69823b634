/// Datagrams that leave together, by one system call for each receiver, in one buffer that is allocated once.
public struct DatagramBatch: ~Copyable {
  /// The most datagrams. More would save nothing that can be measured.
  public static let capacity = 16
  /// Octets that a buffer of the usual datagrams does not outgrow.
  private static let fullAt = 32_768

  private var octets: [UInt8] = []
  /// Where each datagram begins, and behind the last one where that ends.
  private var bounds: InlineArray<17, UInt32> = InlineArray(repeating: 0)
  public private(set) var count = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }
  /// Whether it is to be sent before another datagram comes.
  public var isFull: Bool { count == Self.capacity || octets.count >= Self.fullAt }

  /// Adds a datagram. There must be room.
  public mutating func append(_ datagram: Span<UInt8>) {
    precondition(count < Self.capacity)
    unsafe datagram.withUnsafeBufferPointer { unsafe octets.append(contentsOf: $0) }
    count += 1
    bounds[count] = UInt32(octets.count)
  }

  public mutating func removeAll() {
    octets.removeAll(keepingCapacity: true)
    count = 0
  }

  /// One of the datagrams.
  public subscript(_ i: Int) -> Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { octets.span.extracting(Int(bounds[i])..<Int(bounds[i + 1])) }
  }

  /// The datagrams as `cl_sendmmsg` wants them: octets, and `count + 1` bounds. `nil` if there are none.
  borrowing func withParts<R>(_ body: (UnsafePointer<UInt8>, UnsafePointer<UInt32>) -> R) -> R? {
    let bounds = bounds.span
    return unsafe octets.withUnsafeBufferPointer { octets in
      unsafe bounds.withUnsafeBufferPointer { bounds in
        guard let octets = octets.baseAddress, let bounds = bounds.baseAddress else { return nil }
        return unsafe body(octets, bounds)
      }
    }
  }
}
