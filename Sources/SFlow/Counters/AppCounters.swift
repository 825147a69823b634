public import Bytes

/// How the operations of an application ended, in the order of `AppStatus`.
///
///     app_operations, 0:2202
///       0  string<32>     application
///       +  unsigned int   success
///       +  unsigned int   other
///       +  unsigned int   timeout
///       +  unsigned int   internal_error
///       +  unsigned int   bad_request
///       +  unsigned int   forbidden
///       +  unsigned int   too_large
///       +  unsigned int   not_implemented
///       +  unsigned int   not_found
///       +  unsigned int   unavailable
///       +  unsigned int   unauthorized
public struct AppOperations: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2202) }
  public static var name: String { "app_operations" }

  /// The application; dotted, most general label first.
  public var application: String = ""
  /// Succeeded.
  public var success: UInt32 = .max
  /// Failed otherwise.
  public var other: UInt32 = .max
  /// Timed out.
  public var timeout: UInt32 = .max
  /// Failed inside the application.
  public var internalError: UInt32 = .max
  /// Bad request.
  public var badRequest: UInt32 = .max
  /// Not permitted.
  public var forbidden: UInt32 = .max
  /// Request too large.
  public var tooLarge: UInt32 = .max
  /// Operation not implemented.
  public var notImplemented: UInt32 = .max
  /// Object not found.
  public var notFound: UInt32 = .max
  /// Service not available.
  public var unavailable: UInt32 = .max
  /// Credentials missing or wrong.
  public var unauthorized: UInt32 = .max

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(application, limit: 32)
    writer.u32(success)
    writer.u32(other)
    writer.u32(timeout)
    writer.u32(internalError)
    writer.u32(badRequest)
    writer.u32(forbidden)
    writer.u32(tooLarge)
    writer.u32(notImplemented)
    writer.u32(notFound)
    writer.u32(unavailable)
    writer.u32(unauthorized)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    application = try reader.string()
    success = try reader.u32()
    other = try reader.u32()
    timeout = try reader.u32()
    internalError = try reader.u32()
    badRequest = try reader.u32()
    forbidden = try reader.u32()
    tooLarge = try reader.u32()
    notImplemented = try reader.u32()
    notFound = try reader.u32()
    unavailable = try reader.u32()
    unauthorized = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("application", application),
      Field("success", success),
      Field("other", other),
      Field("timeout", timeout),
      Field("internal_error", internalError),
      Field("bad_request", badRequest),
      Field("forbidden", forbidden),
      Field("too_large", tooLarge),
      Field("not_implemented", notImplemented),
      Field("not_found", notFound),
      Field("unavailable", unavailable),
      Field("unauthorized", unauthorized),
    ]
  }
}

/// Resources that an application uses.
///
///     app_resources, 0:2203, 40 octets
///       0  unsigned int   user_time
///       4  unsigned int   system_time
///       8  unsigned hyper mem_used
///      16  unsigned hyper mem_max
///      24  unsigned int   fd_open
///      28  unsigned int   fd_max
///      32  unsigned int   conn_open
///      36  unsigned int   conn_max
public struct AppResources: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2203) }
  public static var name: String { "app_resources" }

  /// Time in user mode, milliseconds.
  public var userMS: UInt32 = 0
  /// Time in the kernel, milliseconds.
  public var systemMS: UInt32 = 0
  /// Memory used, bytes.
  public var memoryUsedBytes: UInt64 = 0
  /// Memory allowed, bytes.
  public var memoryMaximumBytes: UInt64 = 0
  /// Open file descriptors.
  public var descriptorsOpen: UInt32 = 0
  /// File descriptors allowed.
  public var descriptorsMaximum: UInt32 = 0
  /// Open connections.
  public var connectionsOpen: UInt32 = 0
  /// Connections allowed.
  public var connectionsMaximum: UInt32 = 0

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(userMS)
    writer.u32(systemMS)
    writer.u64(memoryUsedBytes)
    writer.u64(memoryMaximumBytes)
    writer.u32(descriptorsOpen)
    writer.u32(descriptorsMaximum)
    writer.u32(connectionsOpen)
    writer.u32(connectionsMaximum)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    userMS = try reader.u32()
    systemMS = try reader.u32()
    memoryUsedBytes = try reader.u64()
    memoryMaximumBytes = try reader.u64()
    descriptorsOpen = try reader.u32()
    descriptorsMaximum = try reader.u32()
    connectionsOpen = try reader.u32()
    connectionsMaximum = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("user_time", userMS, "ms"),
      Field("system_time", systemMS, "ms"),
      Field("mem_used", memoryUsedBytes, "B"),
      Field("mem_max", memoryMaximumBytes, "B"),
      Field("fd_open", descriptorsOpen),
      Field("fd_max", descriptorsMaximum),
      Field("conn_open", connectionsOpen),
      Field("conn_max", connectionsMaximum),
    ]
  }
}

/// Worker threads or processes of an application.
///
///     app_workers, 0:2206, 20 octets
///       0  unsigned int   workers_active
///       4  unsigned int   workers_idle
///       8  unsigned int   workers_max
///      12  unsigned int   req_delayed
///      16  unsigned int   req_dropped
public struct AppWorkers: CounterRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2206) }
  public static var name: String { "app_workers" }

  /// Busy.
  public var active: UInt32 = 0
  /// Idle.
  public var idle: UInt32 = 0
  /// Most there may be.
  public var maximum: UInt32 = 0
  /// Requests that waited because no worker was idle.
  public var requestsDelayed: UInt32 = .max
  /// Requests refused because no worker was idle.
  public var requestsDropped: UInt32 = .max

  public init(
    active: UInt32 = 0, idle: UInt32 = 0, maximum: UInt32 = 0, requestsDelayed: UInt32 = .max,
    requestsDropped: UInt32 = .max
  ) {
    self.active = active
    self.idle = idle
    self.maximum = maximum
    self.requestsDelayed = requestsDelayed
    self.requestsDropped = requestsDropped
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.u32(active)
    writer.u32(idle)
    writer.u32(maximum)
    writer.u32(requestsDelayed)
    writer.u32(requestsDropped)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    active = try reader.u32()
    idle = try reader.u32()
    maximum = try reader.u32()
    requestsDelayed = try reader.u32()
    requestsDropped = try reader.u32()
  }

  public var fields: [Field] {
    [
      Field("workers_active", active),
      Field("workers_idle", idle),
      Field("workers_max", maximum),
      Field("req_delayed", requestsDelayed),
      Field("req_dropped", requestsDropped),
    ]
  }
}
