import Bytes
import CLibvirt
import Foundation
import Synchronization

@testable import VirtualMachines

/// A libvirt that says what a test wants: the same table of calls as that of the library, filled with these.
///
/// C functions have no context, so a fake is found by its URI, "fake:///3", and later by the connection.
final class FakeHypervisor: @unchecked Sendable {
  struct Guest {
    var uuid: Bytes.UUID
    var name: String
    var identifier: UInt32 = 1
    var xml: String? = "<domain/>"
    /// What the bulk call says of it.
    var parameters: [(String, Value)] = []
    /// virDomainGetInfo(): state, maximum and current KiB, CPUs, nanoseconds.
    var info: (state: UInt8, maximum: UInt, memory: UInt, cpus: UInt16, time: UInt64)?
    /// virDomainBlockStats(), by device: requests and bytes read, written, errors.
    var blocks: [String: (rdReq: Int64, rdBytes: Int64, wrReq: Int64, wrBytes: Int64, errors: Int64)] = [:]
    var blockInfos: [String: (capacity: UInt64, allocation: UInt64, physical: UInt64)] = [:]
    /// virDomainInterfaceStats(), by device.
    var interfaces: [String: [Int64]] = [:]
  }

  enum Value {
    case int(Int32), uint(UInt32), long(Int64), ulong(UInt64), text(String), real(Double)
  }

  /// What a call answers instead.
  enum Trouble { case fails(virErrorNumber, String) }

  private let lock = NSLock()
  private var _guests: [Guest] = []
  private var _troubles: [String: Trouble] = [:]
  private var _calls: [String: Int] = [:]
  private var _isAlive = true
  private var _callbacks:
    [Int32: (
      event: Int32, call: virConnectDomainEventGenericCallback, sink: UnsafeMutableRawPointer?,
      free: virFreeCallback?
    )] = [:]
  private var _closing: (call: virConnectCloseFunc, sink: UnsafeMutableRawPointer?, free: virFreeCallback?)?
  private var _connections = 0
  private var _open = 0
  let number: Int

  private static let all = Mutex<[FakeHypervisor]>([])

  init() { number = Self.all.withLock { $0.count }; Self.all.withLock { $0.append(self) } }

  var uri: String { "fake:///\(number)" }
  var guests: [Guest] {
    get { lock.withLock { _guests } }
    set { lock.withLock { _guests = newValue } }
  }
  /// By the name of the call in the table.
  var troubles: [String: Trouble] {
    get { lock.withLock { _troubles } }
    set { lock.withLock { _troubles = newValue } }
  }
  var isAlive: Bool {
    get { lock.withLock { _isAlive } }
    set { lock.withLock { _isAlive = newValue } }
  }
  var calls: [String: Int] { lock.withLock { _calls } }
  func forgetCalls() { lock.withLock { _calls = [:] } }
  var openConnections: Int { lock.withLock { _open } }
  /// Registrations that nobody ended.
  var registrations: Int { lock.withLock { _callbacks.count + (_closing == nil ? 0 : 1) } }

  /// Tells of a guest, as libvirt's event thread would.
  func tell(_ uuid: Bytes.UUID, _ event: virDomainEventID = VIR_DOMAIN_EVENT_ID_LIFECYCLE) {
    let wanted = lock.withLock { _callbacks.values.filter { $0.event == Int32(event.rawValue) } }
    let domain = FakeDomain(self, Guest(uuid: uuid, name: "")).retained
    defer { Unmanaged<FakeDomain>.fromOpaque(UnsafeRawPointer(domain)).release() }
    for entry in wanted {
      if event == VIR_DOMAIN_EVENT_ID_LIFECYCLE {
        let call = unsafeBitCast(entry.call, to: virConnectDomainEventCallback.self)
        _ = call(nil, domain, 0, 0, entry.sink)
      } else {
        let call = unsafeBitCast(entry.call, to: virConnectDomainEventDeviceAddedCallback.self)
        call(nil, domain, nil, entry.sink)
      }
    }
  }

  func breakConnection(_ reason: virConnectCloseReason = VIR_CONNECT_CLOSE_REASON_EOF) {
    isAlive = false
    let closing = lock.withLock { _closing }
    closing?.call(nil, Int32(reason.rawValue), closing?.sink)
  }

  fileprivate func enter(_ call: String) -> Bool {
    lock.withLock { _calls[call, default: 0] += 1 }
    guard case .fails(let code, let message)? = troubles[call] else { return true }
    FakeError.set(code, message)
    return false
  }

  fileprivate func guest(_ uuid: Bytes.UUID) -> Guest? { guests.first { $0.uuid == uuid } }

  // MARK: - The table

  var libvirt: Libvirt { Libvirt(calls: Self.table) }

  fileprivate static func find(_ uri: UnsafePointer<CChar>?) -> FakeHypervisor? {
    guard let uri, let number = Int(String(cString: uri).dropFirst("fake:///".count)) else { return nil }
    return all.withLock { $0.indices.contains(number) ? $0[number] : nil }
  }

  private static func of(_ connection: virConnectPtr?) -> FakeHypervisor {
    Unmanaged<FakeHypervisor>.fromOpaque(UnsafeRawPointer(connection!)).takeUnretainedValue()
  }

  static let table: libvirt_calls = {
    // Every entry is set below.
    let room = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<libvirt_calls>.size, alignment: MemoryLayout<libvirt_calls>.alignment)
    memset(room, 0xFF, MemoryLayout<libvirt_calls>.size)
    var calls = room.load(as: libvirt_calls.self)
    calls.initialize = { 0 }
    calls.set_error_function = { _, _ in }
    calls.last_error_code = { FakeError.code }
    calls.last_error_message = { FakeError.message }
    calls.register_event_loop = { 0 }
    calls.run_event_loop_once = { -1 }
    calls.open_read_only = { uri in
      guard let fake = find(uri) else {
        FakeError.set(VIR_ERR_NO_CONNECT, "no such fake")
        return nil
      }
      guard fake.enter("open") else { return nil }
      fake.lock.withLock { fake._open += 1 }
      fake.isAlive = true
      return OpaquePointer(Unmanaged.passRetained(fake).toOpaque())
    }
    calls.close = { connection in
      let fake = of(connection)
      fake.lock.withLock { fake._open -= 1 }
      Unmanaged<FakeHypervisor>.fromOpaque(UnsafeRawPointer(connection!)).release()
      return 0
    }
    calls.is_alive = { of($0).isAlive ? 1 : 0 }
    calls.uri = { strdup(of($0).uri) }
    calls.set_keep_alive = { _, _, _ in 0 }
    calls.register_close_callback = { connection, call, sink, free in
      of(connection).lock.withLock { of(connection)._closing = call.map { ($0, sink, free) } }
      return 0
    }
    calls.unregister_close_callback = { connection, _ in
      let old = of(connection).lock.withLock { of(connection)._closing.take() }
      old?.free?(old?.sink)
      return 0
    }
    calls.register_event = { connection, _, event, call, sink, free in
      let fake = of(connection)
      guard fake.enter("event \(event)"), let call else { return -1 }
      return fake.lock.withLock {
        fake._connections += 1
        fake._callbacks[Int32(fake._connections)] = (event, call, sink, free)
        return Int32(fake._connections)
      }
    }
    calls.deregister_event = { connection, number in
      let old = of(connection).lock.withLock { of(connection)._callbacks.removeValue(forKey: number) }
      old?.free?(old?.sink)
      return old == nil ? -1 : 0
    }
    calls.list_domains = { connection, domains, _ in
      let fake = of(connection)
      guard fake.enter("list") else { return -1 }
      let guests = fake.guests
      let list = calloc(guests.count + 1, MemoryLayout<OpaquePointer?>.stride)!
        .assumingMemoryBound(to: OpaquePointer?.self)
      for (i, guest) in guests.enumerated() { list[i] = FakeDomain(fake, guest).retained }
      domains?.pointee = list
      return Int32(guests.count)
    }
    calls.all_statistics = { connection, _, records, flags in
      let fake = of(connection)
      guard fake.enter(flags == 0 ? "statistics" : "statistics nowait") else { return -1 }
      let guests = fake.guests
      let list = calloc(guests.count + 1, MemoryLayout<UnsafeMutableRawPointer?>.stride)!
        .assumingMemoryBound(to: virDomainStatsRecordPtr?.self)
      for (i, guest) in guests.enumerated() {
        let record = virDomainStatsRecordPtr.allocate(capacity: 1)
        let parameters = calloc(max(1, guest.parameters.count), MemoryLayout<virTypedParameter>.stride)!
          .assumingMemoryBound(to: virTypedParameter.self)
        for (j, parameter) in guest.parameters.enumerated() { fill(parameters + j, parameter.0, parameter.1) }
        record.initialize(
          to: virDomainStatsRecord(
            dom: FakeDomain(fake, guest).retained, params: parameters, nparams: Int32(guest.parameters.count))
        )
        list[i] = record
      }
      records?.pointee = list
      return Int32(guests.count)
    }
    calls.free_statistics = { records in
      guard let records else { return }
      var i = 0
      while let record = records[i] {
        Unmanaged<FakeDomain>.fromOpaque(UnsafeRawPointer(record.pointee.dom)).release()
        for j in 0..<Int(record.pointee.nparams) where record.pointee.params[j].type == 7 {
          free(record.pointee.params[j].value.s)
        }
        free(record.pointee.params)
        record.deallocate()
        i += 1
      }
      free(records)
    }
    calls.look_up = { connection, octets in
      let fake = of(connection)
      guard fake.enter("look up"), let octets else { return nil }
      var reader = ByteReader(RawSpan(_unsafeStart: octets, byteCount: 16))
      guard let uuid = try? reader.uuid(), let guest = fake.guest(uuid) else {
        FakeError.set(VIR_ERR_NO_DOMAIN, "Domain not found")
        return nil
      }
      return FakeDomain(fake, guest).retained
    }
    calls.free_domain = { domain in
      Unmanaged<FakeDomain>.fromOpaque(UnsafeRawPointer(domain!)).release()
      return 0
    }
    calls.name = { UnsafePointer(FakeDomain.of($0).name) }
    calls.uuid = { domain, octets in
      let uuid = FakeDomain.of(domain).guest.uuid
      for i in 0..<16 {
        octets?[i] = UInt8(truncatingIfNeeded: (i < 8 ? uuid.high : uuid.low) >> UInt64(56 - 8 * (i % 8)))
      }
      return 0
    }
    calls.identifier = { FakeDomain.of($0).guest.identifier }
    calls.xml = { domain, _ in
      guard FakeDomain.of(domain).fake.enter("xml"), let xml = FakeDomain.of(domain).guest.xml else {
        return nil
      }
      return strdup(xml)
    }
    calls.info = { domain, result in
      guard FakeDomain.of(domain).fake.enter("info"), let info = FakeDomain.of(domain).guest.info else {
        return -1
      }
      result?.pointee = virDomainInfo(
        state: info.state, maxMem: info.maximum, memory: info.memory, nrVirtCpu: info.cpus, cpuTime: info.time
      )
      return 0
    }
    calls.interface_statistics = { domain, device, result, _ in
      guard FakeDomain.of(domain).fake.enter("interface"), let device,
        let v = FakeDomain.of(domain).guest.interfaces[String(cString: device)]
      else { return -1 }
      result?.pointee = virDomainInterfaceStatsStruct(
        rx_bytes: v[0], rx_packets: v[1], rx_errs: v[2], rx_drop: v[3], tx_bytes: v[4], tx_packets: v[5],
        tx_errs: v[6], tx_drop: v[7])
      return 0
    }
    calls.block_statistics = { domain, device, result, _ in
      guard FakeDomain.of(domain).fake.enter("block"), let device,
        let v = FakeDomain.of(domain).guest.blocks[String(cString: device)]
      else { return -1 }
      result?.pointee = virDomainBlockStatsStruct(
        rd_req: v.rdReq, rd_bytes: v.rdBytes, wr_req: v.wrReq, wr_bytes: v.wrBytes, errs: v.errors)
      return 0
    }
    calls.block_info = { domain, device, result, _ in
      guard FakeDomain.of(domain).fake.enter("block info"), let device,
        let v = FakeDomain.of(domain).guest.blockInfos[String(cString: device)]
      else { return -1 }
      result?.pointee = virDomainBlockInfo(
        capacity: v.capacity, allocation: v.allocation, physical: v.physical)
      return 0
    }
    calls.free_memory = { free($0) }
    return calls
  }()

  /// As libvirt lays parameters out.
  static func fill(_ parameter: UnsafeMutablePointer<virTypedParameter>, _ name: String, _ value: Value) {
    withUnsafeMutableBytes(of: &parameter.pointee.field) { field in
      for (i, byte) in name.utf8.prefix(79).enumerated() { field[i] = byte }
    }
    switch value {
    case .int(let number): (parameter.pointee.type, parameter.pointee.value.i) = (1, number)
    case .uint(let number): (parameter.pointee.type, parameter.pointee.value.ui) = (2, number)
    case .long(let number): (parameter.pointee.type, parameter.pointee.value.l) = (3, number)
    case .ulong(let number): (parameter.pointee.type, parameter.pointee.value.ul) = (4, number)
    case .real(let number): (parameter.pointee.type, parameter.pointee.value.d) = (5, number)
    case .text(let text): (parameter.pointee.type, parameter.pointee.value.s) = (7, strdup(text))
    }
  }
}

/// A domain as libvirt hands it out: a copy of what it was then.
final class FakeDomain {
  let fake: FakeHypervisor
  let guest: FakeHypervisor.Guest
  let name: UnsafeMutablePointer<CChar>

  init(_ fake: FakeHypervisor, _ guest: FakeHypervisor.Guest) {
    self.fake = fake
    self.guest = guest
    name = strdup(guest.name)
  }

  deinit { free(name) }

  var retained: virDomainPtr { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func of(_ domain: virDomainPtr?) -> FakeDomain {
    Unmanaged<FakeDomain>.fromOpaque(UnsafeRawPointer(domain!)).takeUnretainedValue()
  }
}

/// The last error of each thread.
private enum FakeError {
  private static let errors = Mutex<[UInt: (code: Int32, message: String)]>([:])
  private static let texts = Mutex<[String: UInt]>([:])

  static func set(_ code: virErrorNumber, _ message: String) {
    errors.withLock { $0[UInt(pthread_self())] = (Int32(code.rawValue), message) }
  }
  static var code: Int32 { errors.withLock { $0[UInt(pthread_self())]?.code ?? 0 } }
  /// Each text is kept for ever, as there are few.
  static var message: UnsafePointer<CChar>? {
    let text = errors.withLock { $0[UInt(pthread_self())]?.message ?? "no error" }
    return texts.withLock { texts in
      let address = texts[text] ?? UInt(bitPattern: strdup(text))
      texts[text] = address
      return UnsafePointer(bitPattern: address)
    }
  }
}
