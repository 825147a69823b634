public import Bytes

/// An operation of an application.
///
///     app_operation, 0:2202
///       0  string<32>     application
///       +  string<32>     operation
///       +  string<255>    attributes
///       +  string<64>     status_descr
///       +  unsigned hyper req_bytes
///       +  unsigned hyper resp_bytes
///       +  unsigned int   uS
///       +  unsigned int   status
public struct AppOperation: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2202) }
  public static var name: String { "app_operation" }

  /// The application; dotted, most general label first.
  public var application: String = ""
  /// The operation; dotted.
  public var operation: String = ""
  /// `name=value` pairs in the form of a URL query.
  public var attributes: String = ""
  /// Free text. The specification allows 64 octets, but collectors keep 32.
  public var statusDescription: String = ""
  /// Bytes of the request body.
  public var requestBytes: UInt64 = 0
  /// Bytes of the response body.
  public var responseBytes: UInt64 = 0
  /// Duration, microseconds.
  public var microseconds: UInt32 = 0
  /// How it ended.
  public var status: AppStatus = .success

  public init() {}

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(application, limit: 32)
    writer.string(operation, limit: 32)
    writer.string(attributes, limit: 255)
    writer.string(statusDescription, limit: 32)
    writer.u64(requestBytes)
    writer.u64(responseBytes)
    writer.u32(microseconds)
    writer.u32(status.rawValue)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    application = try reader.string()
    operation = try reader.string()
    attributes = try reader.string()
    statusDescription = try reader.string()
    requestBytes = try reader.u64()
    responseBytes = try reader.u64()
    microseconds = try reader.u32()
    status = AppStatus(rawValue: try reader.u32())
  }

  public var fields: [Field] {
    [
      Field("application", application),
      Field("operation", operation),
      Field("attributes", attributes),
      Field("status_descr", statusDescription),
      Field("req_bytes", requestBytes, "B"),
      Field("resp_bytes", responseBytes, "B"),
      Field("uS", microseconds, "µs"),
      Field("status", status),
    ]
  }
}

/// The operation on whose behalf this one was made.
///
///     app_parent_context, 0:2203
///       0  string<32>     application
///       +  string<32>     operation
///       +  string<255>    attributes
public struct AppParentContext: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2203) }
  public static var name: String { "app_parent_context" }

  /// The application.
  public var application: String = ""
  /// The operation.
  public var operation: String = ""
  /// `name=value` pairs in the form of a URL query.
  public var attributes: String = ""

  public init(application: String = "", operation: String = "", attributes: String = "") {
    self.application = application
    self.operation = operation
    self.attributes = attributes
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(application, limit: 32)
    writer.string(operation, limit: 32)
    writer.string(attributes, limit: 255)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    application = try reader.string()
    operation = try reader.string()
    attributes = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("application", application),
      Field("operation", operation),
      Field("attributes", attributes),
    ]
  }
}

/// Who asked for the operation.
///
///     app_initiator, 0:2204
///       0  string<64>     actor
public struct AppInitiator: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2204) }
  public static var name: String { "app_initiator" }

  /// Business identifier.
  public var actor: String = ""

  public init(actor: String = "") {
    self.actor = actor
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(actor, limit: 64)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    actor = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("actor", actor)
    ]
  }
}

/// Whom the operation is about.
///
///     app_target, 0:2205
///       0  string<64>     actor
public struct AppTarget: FlowRecord, Equatable {
  public static var format: DataFormat { DataFormat(0, 2205) }
  public static var name: String { "app_target" }

  /// Business identifier.
  public var actor: String = ""

  public init(actor: String = "") {
    self.actor = actor
  }

  public func encodeBody(into writer: inout XDRWriter) {
    writer.string(actor, limit: 64)
  }

  public init(decodingBody reader: inout XDRReader) throws(WireError) {
    actor = try reader.string()
  }

  public var fields: [Field] {
    [
      Field("actor", actor)
    ]
  }
}
