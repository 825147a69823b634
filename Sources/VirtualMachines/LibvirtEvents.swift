internal import Bytes
internal import CLibvirt
internal import Linux

/// What libvirt tells without being asked.
struct LibvirtEvent: Sendable {
  enum What: Sendable {
    /// A guest came, went, changed its state, its name or its devices.
    case changed(UUID)
    /// The connection is no more: "keep-alive messages were not answered".
    case lost(String)
  }

  /// Of the connection that it came over.
  var connection: UInt64
  var what: What
}

/// Where the events of one connection go. A class because libvirt hands on a pointer to it.
final class EventSink: Sendable {
  let connection: UInt64
  let libvirt: Libvirt
  let mailbox: Mailbox<LibvirtEvent>

  init(connection: UInt64, libvirt: Libvirt, mailbox: Mailbox<LibvirtEvent>) {
    self.connection = connection
    self.libvirt = libvirt
    self.mailbox = mailbox
  }

  func post(_ what: LibvirtEvent.What) { mailbox.post(LibvirtEvent(connection: connection, what: what)) }

  /// For libvirt, which calls `release` when it is done with it.
  private func retain() -> UnsafeMutableRawPointer { unsafe Unmanaged.passRetained(self).toOpaque() }

  /// Only for what `retain` gave, and while libvirt holds it.
  private static func of(_ pointer: UnsafeMutableRawPointer?) -> EventSink? {
    unsafe pointer.map { unsafe Unmanaged<EventSink>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let release: virFreeCallback = { pointer in
    if let pointer = unsafe pointer { unsafe Unmanaged<EventSink>.fromOpaque(pointer).release() }
  }

  private func changed(_ domain: virDomainPtr?) {
    if let domain = unsafe domain, let uuid = unsafe libvirt.uuid(of: domain) { post(.changed(uuid)) }
  }

  // MARK: - Registration

  /// How many kinds of events are asked for.
  static let kinds = 3

  /// Asks for all events that matter. What a driver does not have is left to the listings.
  /// - Returns: the numbers of the registrations, one for each kind of event that it has.
  func register(with connection: virConnectPtr) -> [CInt] {
    let lifeCycle: virConnectDomainEventCallback = { _, domain, _, _, sink in
      unsafe EventSink.of(sink)?.changed(domain)
      return 0
    }
    let device: virConnectDomainEventDeviceAddedCallback = { _, domain, _, sink in
      unsafe EventSink.of(sink)?.changed(domain)
    }
    // libvirt has one type for the callbacks of all events and knows by the number what is meant.
    let callbacks: [(virDomainEventID, virConnectDomainEventGenericCallback)] = unsafe [
      (
        VIR_DOMAIN_EVENT_ID_LIFECYCLE, unsafeBitCast(lifeCycle, to: virConnectDomainEventGenericCallback.self)
      ),
      (
        VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, unsafeBitCast(device, to: virConnectDomainEventGenericCallback.self)
      ),
      (
        VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
        unsafeBitCast(device, to: virConnectDomainEventGenericCallback.self)
      ),
    ]
    return unsafe callbacks.compactMap { event, callback in
      let sink = unsafe retain()
      let number = unsafe libvirt.calls.register_event(
        connection, nil, CInt(event.rawValue), callback, sink, Self.release)
      if number < 0 { unsafe Self.release(sink) }
      return number < 0 ? nil : number
    }
  }

  static let closed: virConnectCloseFunc = { _, reason, sink in
    let text =
      switch virConnectCloseReason(UInt32(clamping: reason)) {
      case VIR_CONNECT_CLOSE_REASON_EOF: "libvirt closed the connection"
      case VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "libvirt does not answer keep-alive messages"
      default: "the connection to libvirt broke"
      }
    unsafe EventSink.of(sink)?.post(.lost(text))
  }

  func registerClosing(with connection: virConnectPtr) {
    let sink = unsafe retain()
    if unsafe libvirt.calls.register_close_callback(connection, Self.closed, sink, Self.release) < 0 {
      unsafe Self.release(sink)
    }
  }
}

extension Libvirt {
  /// The UUID of a domain; no question to the daemon.
  func uuid(of domain: virDomainPtr) -> UUID? {
    unsafe withUnsafeTemporaryAllocation(byteCount: Int(VIR_UUID_BUFLEN), alignment: 1) { room in
      let octets = unsafe room.assumingMemoryBound(to: UInt8.self)
      // VIR_UUID_BUFLEN octets, as many as the buffer has.
      guard unsafe calls.uuid(domain, octets.baseAddress!) == 0 else { return nil }
      var reader = unsafe ByteReader(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(room)))
      return try? reader.uuid()
    }
  }
}
