import Bytes

/// Settings in the making: what is filled block by block, and the places that later checks talk about.
struct Draft {
  var settings = Settings()
  /// The `collector { }` being read.
  var collector = CollectorDraft()
  /// The `pcap { }` or `epcap { }` being read.
  var capture = Settings.Capture()
  /// `DNSSD = on` or `dns-sd { }`, whichever came last.
  var dnsSDEnabled = false
  var dnsSDDomain: String?
  /// The file leaves the collectors to something this build does not have.
  private(set) var lacksSupplier = false

  /// Where a setting was made last, by its identity ("sflow.polling", "nflog.group").
  var places: [String: SourcePosition] = [:]
  /// Where the block was opened first, by its name; for `collector` see `collectorPlaces`.
  var blockPlaces: [String: SourcePosition] = [:]
  /// Where each `collector { }` begins, and whether it has an `ip`.
  var collectorPlaces: [(position: SourcePosition, hasHost: Bool)] = []

  /// A block or key of `feature` was ignored.
  mutating func note(ignored feature: Feature?) {
    if feature == .dnsSD || feature == .eapi || feature == .sonic { lacksSupplier = true }
  }

  /// The entry of an application, made at its first mention.
  mutating func withApplication(_ name: String, _ change: (inout Settings.Application) -> Void) {
    if let i = applicationIndex[name] { return change(&settings.applications[i]) }
    applicationIndex[name] = settings.applications.count
    var application = Settings.Application(name: name)
    change(&application)
    settings.applications.append(application)
  }
  private var applicationIndex: [String: Int] = [:]
}

/// A collector whose address may still be to come.
struct CollectorDraft {
  var host: HostAddress?
  var port = Settings.Collector.defaultPort
  var device: String?
  var namespace: String?
  var source: IPAddress?
  var sourcePort: UInt16?

  var finished: Settings.Collector? {
    host.map {
      Settings.Collector(
        $0, port: port, device: device, namespace: namespace, source: source, sourcePort: sourcePort)
    }
  }
}
