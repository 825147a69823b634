import Bytes
import SFlow
import Testing

@testable import VirtualMachines

@Suite struct DescriptionTests {
  /// As `virsh dumpxml` of libvirt 9.0 shows a guest, shortened.
  static let document = #"""
    <?xml version="1.0"?>
    <!-- WARNING: made by virsh -->
    <domain type='qemu' id='1'>
      <name>a &lt;b&gt; &amp; &#x41;&#66;</name>
      <uuid>58f4e1cf-ddc2-4956-ab01-0841fba6da09</uuid>
      <metadata>
        <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
          <libosinfo:os id="http://freebsd.org/freebsd/13.1"/>
        </libosinfo:libosinfo>
      </metadata>
      <memory unit='KiB'>16384</memory>
      <vcpu placement='static' current="3">8</vcpu>
      <os><type arch='aarch64' machine='virt'>hvm</type><boot dev='hd'/></os>
      <devices>
        <emulator>/usr/bin/qemu-system-aarch64</emulator>
        <disk type='file' device='disk'><source file='/run/d.raw'/><target dev='vda' bus='virtio'/></disk>
        <disk type='network' device='disk'><source protocol='rbd' name='p/i'/><target dev='vdb'/></disk>
        <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
        <interface type='ethernet'><mac address='52:54:00:00:00:01'/><target dev='tapa' managed='yes'/></interface>
        <interface type='hostdev'><mac address='52:54:00:00:00:02'/></interface>
        <interface type='bridge'><target dev='no-mac'/></interface>
        <filesystem><target dev='vdz'/></filesystem>
      </devices>
    </domain>
    """#

  @Test func `a description of libvirt is read`() throws {
    let guest = try GuestDescription(parsing: Array(Self.document.utf8))
    #expect(
      guest.adaptors == [
        .init(mac: MACAddress(0x5254_0000_0001), device: "tapa"),
        .init(mac: MACAddress(0x5254_0000_0002), device: nil),
      ])
    #expect(guest.writableDisks == ["vda", "vdb"])
    #expect(guest.readOnlyDisks == ["sda"])
    #expect(guest.machineType == .arm)
    #expect(guest.osName == .freebsd)
    #expect(guest.memoryBytes == 16_777_216)
    #expect(guest.virtualCPUs == 3)
  }

  @Test(
    arguments: [
      ("<type>exe</type>", OSName.linux), ("<type>linux</type>", .linux), ("<type>hvm</type>", .unknown),
    ])
  func `containers and paravirtual guests are Linux`(type: String, os: OSName) throws {
    let text = "<domain><os>\(type)</os></domain>"
    #expect(try GuestDescription(parsing: Array(text.utf8)).osName == os)
  }

  @Test(
    arguments: [
      ("http://microsoft.com/win/2k22", OSName.windows), ("http://debian.org/debian/12", .linux),
      ("http://openbsd.org/openbsd/7.2", .openbsd), ("http://oracle.com/solaris/11", .solaris),
      ("http://oracle.com/ol/9", .linux), ("", .unknown),
    ])
  func `identifiers of libosinfo name a system`(identifier: String, os: OSName) {
    #expect(OSName(libosinfo: identifier) == os)
  }

  @Test func `entities and CDATA are text`() throws {
    var scanner = XMLScanner(Array("<a b='&quot;&apos;'>&#65;<![CDATA[<&>]]></a>".utf8))
    var events: [XMLScanner.Event] = []
    while let event = try scanner.next() { events.append(event) }
    #expect(events == [.open("a", ["b": "\"'"]), .text("A"), .text("<&>"), .close("a")])
  }

  @Test func `a document that ends anywhere is an error and nothing worse`() {
    let bytes = Array(Self.document.utf8)
    let start = Self.document.utf8.split(separator: UInt8(ascii: "\n"))[0...1].reduce(5) { $0 + $1.count }
    for end in stride(from: start, to: bytes.count - 2, by: 3) {
      #expect(throws: XMLError.self) { try GuestDescription(parsing: Array(bytes[..<end])) }
    }
  }

  @Test func `no change of a byte traps`() {
    let bytes = Array(Self.document.utf8)
    var generator = SystemRandomNumberGenerator()
    for i in stride(from: 0, to: bytes.count, by: 3) {
      for byte: UInt8 in [0, 0x3C, 0x3E, 0x26, 0x22, 0xFF, generator.next()] {
        var changed = bytes
        changed[i] = byte
        _ = try? GuestDescription(parsing: changed)
      }
    }
  }

  @Test func `elements too deep in each other are refused`() {
    let text = String(repeating: "<a>", count: 100_000)
    #expect(throws: XMLError.self) { try GuestDescription(parsing: Array(text.utf8)) }
  }
}
