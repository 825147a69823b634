import Bytes
import Foundation
import SFlow
import Testing

/// What the kernel of the guest says of its bond and of the members, in /proc/net/bonding and by ip-stats(8), and
/// whether the samples taken between two such readings say the same.
struct BondReading {
  var actorSystem = ""
  var partnerSystem = ""
  /// Of each member, in force at this end and at the far end.
  var states: [String: [UInt8]] = [:]
  /// Of each member, the counters by ip(8)'s names: "LACPDU Rx".
  var counters: [String: [String: UInt32]] = [:]

  init(_ text: String) {
    var member = ""
    for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
      let colon = line.range(of: ": ")
      let (name, value) =
        colon.map { ("\(line[..<$0.lowerBound])", "\(line[$0.upperBound...])") } ?? (line, "")
      switch name {
      case "System MAC address": actorSystem = value
      case "Partner Mac Address": partnerSystem = value
      case "Slave Interface", "Statistics": member = value
      case "port state": states[member, default: []].append(UInt8(value) ?? 0)
      default:
        let words = line.split(separator: " ")
        if ["LACPDU", "Marker"].contains(words.first), let count = words.last.flatMap({ UInt32($0) }) {
          counters[member, default: [:]][words.dropLast().joined(separator: " ")] = count
        }
      }
    }
  }

  /// Holds the samples of the members that came between the readings against both.
  static func check(_ packets: [(at: Int, payload: [UInt8])], _ folder: String) throws {
    func numbers(_ name: String) -> [Int] {
      contents(folder + "/" + name).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
    let (before, after) = (
      BondReading(contents(folder + "/bond.before")), BondReading(contents(folder + "/bond.after"))
    )
    let (window, indexes) = (numbers("bond.window"), numbers("bond.indexes"))
    try #require(window.count == 2 && indexes.count == 3)
    var (samples, values) = (0, 0)
    for packet in packets where window[0] <= packet.at && packet.at < window[1] {
      let datagram = try Datagram(decoding: packet.payload.span)
      for case .countersExpanded(let sample) in datagram.samples where sample.source.type == .interface {
        guard let place = indexes.firstIndex(of: Int(sample.source.index)), place > 0 else { continue }
        let member = "lag\(place - 1)"
        let lag = try #require(sample.record(LAGPortStats.self), "\(sample)")
        #expect("\(lag.actorSystemID)" == after.actorSystem)
        #expect("\(lag.partnerOperSystemID)" == after.partnerSystem)
        #expect(lag.attachedAggregatorID == UInt32(indexes[0]))
        #expect([lag.state.actorOper, lag.state.partnerOper] == after.states[member])
        let (first, last) = (before.counters[member] ?? [:], after.counters[member] ?? [:])
        for (value, names) in [
          (lag.lacpdusReceived, ["LACPDU Rx"]), (lag.lacpdusSent, ["LACPDU Tx"]),
          (lag.markerPDUsReceived, ["Marker Rx"]), (lag.markerPDUsSent, ["Marker Tx"]),
          (lag.markerResponsePDUsReceived, ["Marker response Rx"]),
          (lag.markerResponsePDUsSent, ["Marker response Tx"]),
          (lag.unknownReceived, ["LACPDU Unknown type Rx", "Marker unknown type Rx"]),
          (lag.illegalReceived, ["LACPDU Illegal Rx"]),
        ] {
          let low = try names.reduce(0) { try $0 + #require(first[$1], "\($1) of \(member)") }
          let high = try names.reduce(0) { try $0 + #require(last[$1], "\($1) of \(member)") }
          #expect(low <= value && value <= high, "\(names) of \(member): \(value), \(low) to \(high)")
          values += 1
        }
        if member == "lag0" {
          // As often as the script sent them.
          #expect(lag.markerPDUsReceived == 3 && lag.markerResponsePDUsSent == 3)
          #expect(lag.markerResponsePDUsReceived == 4)
          #expect(lag.unknownReceived == 11 && lag.illegalReceived == 7)
        }
        samples += 1
      }
    }
    #expect(samples >= 4)
    report(
      "guest",
      "bond: \(samples) samples of its members, \(values) counters between two readings of the kernel's")
  }
}
