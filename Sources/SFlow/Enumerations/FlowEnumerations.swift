/// How an operation of an application ended.
public struct AppStatus: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let success = AppStatus(rawValue: 0)
  public static let other = AppStatus(rawValue: 1)
  public static let timeout = AppStatus(rawValue: 2)
  public static let internalError = AppStatus(rawValue: 3)
  public static let badRequest = AppStatus(rawValue: 4)
  public static let forbidden = AppStatus(rawValue: 5)
  public static let tooLarge = AppStatus(rawValue: 6)
  public static let notImplemented = AppStatus(rawValue: 7)
  public static let notFound = AppStatus(rawValue: 8)
  public static let unavailable = AppStatus(rawValue: 9)
  public static let unauthorized = AppStatus(rawValue: 10)

  public static var names: [String] {
    [
      "SUCCESS", "OTHER", "TIMEOUT", "INTERNAL_ERROR", "BAD_REQUEST", "FORBIDDEN", "TOO_LARGE",
      "NOT_IMPLEMENTED", "NOT_FOUND", "UNAVAILABLE", "UNAUTHORIZED",
    ]
  }
}

/// Which end of a connection is the server.
public struct URLDirection: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let sourceIsServer = URLDirection(rawValue: 1)
  public static let destinationIsServer = URLDirection(rawValue: 2)

  public static var names: [String] { ["", "source", "destination"] }
}

/// Where an access list is applied.
public struct ACLDirection: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let unknown = ACLDirection(rawValue: 0)
  public static let ingress = ACLDirection(rawValue: 1)
  public static let egress = ACLDirection(rawValue: 2)

  public static var names: [String] { ["unknown", "ingress", "egress"] }
}

/// Direction of a sampled packet, seen from the host.
public struct PacketDirection: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let unknown = PacketDirection(rawValue: 0)
  public static let received = PacketDirection(rawValue: 1)
  public static let sent = PacketDirection(rawValue: 2)

  public static var names: [String] { ["unknown", "received", "sent"] }
}

/// Kind of a segment of a BGP path.
public struct ASPathSegmentType: OpenEnumeration {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// In no order.
  public static let set = ASPathSegmentType(rawValue: 1)
  /// In order.
  public static let sequence = ASPathSegmentType(rawValue: 2)

  public static var names: [String] { ["", "AS_SET", "AS_SEQUENCE"] }
}
