public import Config

extension VirtualMachines {
  public struct Settings: Equatable, Sendable {
    /// `nil`: libvirt's default.
    public var uri: String?
    /// Between listings.
    public var refresh: Duration
    /// How long a guest is remembered that is gone.
    public var forget: Duration

    /// `kvm { }`, or else `xen { }`; `nil` if there is neither.
    public init?(_ settings: Config.Settings) {
      guard settings.kvm != nil || settings.xen != nil else { return nil }
      uri = settings.kvm == nil ? settings.xen?.uri : settings.kvm?.uri
      refresh = .seconds(settings.kvm?.refreshVMs ?? settings.xen?.refreshVMs ?? settings.refreshVMs)
      forget = .seconds(settings.kvm?.forgetVMs ?? settings.xen?.forgetVMs ?? settings.forgetVMs)
    }
  }

  /// How long libvirt may take.
  public struct Limits: Sendable {
    public var connect = Duration.seconds(10)
    public var answer = Duration.seconds(10)
    /// Between keep-alive messages, seconds. Three that are not answered end the connection.
    public var keepAlive: UInt32 = 5
    public init() {}
  }
}
