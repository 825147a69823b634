internal import Bytes
internal import CLibvirt

/// The answer of virConnectGetAllDomainStats() about one guest: parameters named "cpu.time", "block.0.rd.reqs",
/// "net.1.rx.bytes". What is not known is stepped over; newer libvirts say more.
extension GuestStatistics {
  /// Devices beyond this are not believed.
  private static let mostDevices = 4096

  init(_ parameters: UnsafeBufferPointer<virTypedParameter>) {
    for i in parameters.indices {
      // Within the bounds that libvirt gave.
      let parameter = unsafe parameters.baseAddress! + i
      let name = unsafe UnsafeRawPointer(parameter).assumingMemoryBound(to: UInt8.self)
      // The name is what the structure begins with, VIR_TYPED_PARAM_FIELD_LENGTH octets with a zero behind it.
      let field = unsafe UnsafeBufferPointer(start: name, count: Int(VIR_TYPED_PARAM_FIELD_LENGTH))
      unsafe take(Span(_unsafeElements: field), parameter)
    }
  }

  private mutating func take(_ name: Span<UInt8>, _ parameter: UnsafePointer<virTypedParameter>) {
    var cursor = ASCIICursor(name)
    if cursor.take("block.") {
      unsafe Self.take(&cursor, parameter, into: &disks, Self.setDisk)
    } else if cursor.take("net.") {
      unsafe Self.take(&cursor, parameter, into: &adaptors, Self.setAdaptor)
    } else if cursor.take("state.state\0") {
      state = unsafe parameter.pointee.number.map { UInt32(clamping: $0) }
    } else if cursor.take("cpu.time\0") {
      cpuNS = unsafe parameter.pointee.number
    } else if cursor.take("vcpu.current\0") {
      virtualCPUs = unsafe parameter.pointee.number
    } else if cursor.take("vcpu.maximum\0") {
      maximumCPUs = unsafe parameter.pointee.number
    } else if cursor.take("balloon.current\0") {
      memoryKiB = unsafe parameter.pointee.number
    } else if cursor.take("balloon.maximum\0") {
      maximumMemoryKiB = unsafe parameter.pointee.number
    }
  }

  /// "count", or the number of a device and what is said of it.
  private static func take(
    _ cursor: inout ASCIICursor, _ parameter: UnsafePointer<virTypedParameter>,
    into devices: inout [DeviceStatistics]?,
    _ set: (inout ASCIICursor, UnsafePointer<virTypedParameter>, inout DeviceStatistics) -> Void
  ) {
    if cursor.take("count\0") {
      if devices == nil { devices = [] }
      return
    }
    guard let number = try? cursor.unsigned(), number < mostDevices, cursor.take(".") else { return }
    if devices == nil { devices = [] }
    while let count = devices?.count, count <= Int(number) { devices?.append(DeviceStatistics()) }
    if cursor.take("name\0") {
      devices?[Int(number)].name = unsafe parameter.pointee.text ?? ""
    } else {
      unsafe set(&cursor, parameter, &devices![Int(number)])
    }
  }

  private static func setDisk(
    _ cursor: inout ASCIICursor, _ parameter: UnsafePointer<virTypedParameter>, _ disk: inout DeviceStatistics
  ) {
    let value = unsafe parameter.pointee.number
    if cursor.take("rd.reqs\0") {
      disk[Disk.readRequests] = value
    } else if cursor.take("rd.bytes\0") {
      disk[Disk.readBytes] = value
    } else if cursor.take("wr.reqs\0") {
      disk[Disk.writeRequests] = value
    } else if cursor.take("wr.bytes\0") {
      disk[Disk.writtenBytes] = value
    } else if cursor.take("errors\0") {
      disk[Disk.errors] = value
    } else if cursor.take("capacity\0") {
      disk.capacity = value
    } else if cursor.take("allocation\0") {
      disk.allocation = value
    } else if cursor.take("physical\0") {
      disk.physical = value
    }
  }

  private static func setAdaptor(
    _ cursor: inout ASCIICursor, _ parameter: UnsafePointer<virTypedParameter>,
    _ adaptor: inout DeviceStatistics
  ) {
    // What the host's end of an adaptor sent, libvirt already calls received.
    let first: Int
    if cursor.take("rx.") {
      first = Net.inBytes
    } else if cursor.take("tx.") {
      first = Net.outBytes
    } else {
      return
    }
    let value = unsafe parameter.pointee.number
    if cursor.take("bytes\0") {
      adaptor[first] = value
    } else if cursor.take("pkts\0") {
      adaptor[first + 1] = value
    } else if cursor.take("errs\0") {
      adaptor[first + 2] = value
    } else if cursor.take("drop\0") {
      adaptor[first + 3] = value
    }
  }
}

extension virTypedParameter {
  /// A number that is not negative: -1 is how drivers say that they do not count something.
  fileprivate var number: UInt64? {
    switch unsafe virTypedParameterType(rawValue: UInt32(clamping: type)) {
    case VIR_TYPED_PARAM_INT: unsafe UInt64(exactly: value.i)
    case VIR_TYPED_PARAM_UINT: unsafe UInt64(value.ui)
    case VIR_TYPED_PARAM_LLONG: unsafe UInt64(exactly: value.l)
    case VIR_TYPED_PARAM_ULLONG: unsafe UInt64(value.ul)
    default: nil
    }
  }

  fileprivate var text: String? {
    guard unsafe virTypedParameterType(rawValue: UInt32(clamping: type)) == VIR_TYPED_PARAM_STRING else {
      return nil
    }
    return unsafe value.s.map { unsafe String(cString: $0) }
  }
}
