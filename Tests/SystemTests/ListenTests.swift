import Foundation
import Testing

extension SystemTests {
  /// `hsflowctl listen` reads captures of other agents and encoders as tshark does, where tshark does not lose its way.
  @Suite(.enabled(if: Release.isBuilt && tool("tshark") != nil, "needs make build and tshark"))
  struct ListenTests {
    @Test(arguments: ["reflib-expanded", "reflib-expanded-ipv6agent"])
    func `a capture is shown field by field as tshark shows it`(_ name: String) throws {
      let capture = Release.package + "/Tests/SFlowTests/Vectors/\(name).pcap"
      let listen = [Release.hsflowctl, "listen", "--pcap", capture, "--format", "json"]
      let datagrams = try TsharkFields.datagrams(try Program.run(listen).output)
      let lines = try TsharkFields.read(capture)
      #expect(datagrams.count == lines.count)
      var (compared, fields) = (0, 0)
      for (datagram, line) in zip(datagrams, lines) where TsharkFields.isKnown(datagram) {
        // It shows compact samples by other names, and knows no discarded packets.
        let formats = TsharkFields.samples(datagram).map { $0["format"] as? String }
        let records = TsharkFields.samples(datagram).flatMap(TsharkFields.records)
        // Nor the enterprise of a structure in one field with its number.
        guard records.allSatisfy({ ($0["format"] as? String)?.hasPrefix("0:") == true }) else { continue }
        guard formats.allSatisfy({ $0 == "0:3" || $0 == "0:4" }), !formats.isEmpty else { continue }
        let (shown, expected) = (TsharkFields.values(line), TsharkFields.expected(datagram))
        // Behind a record that it does not know tshark may call the rest malformed; what is in front is right.
        for (field, values) in expected {
          #expect(shown[field] == values, "\(field) of datagram \(datagram["sequence"] ?? 0)")
          fields += values.count
        }
        compared += 1
      }
      #expect(compared > 0)
      report(
        "listen", "\(name): \(compared) of \(datagrams.count) datagrams, \(fields) fields equal in tshark")
    }
  }
}
