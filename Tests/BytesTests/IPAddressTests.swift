import Bytes
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("::ffff:10.0.0.1", "::ffff:10.0.0.1"),
    ("fe80::1:2", "fe80::1:2"), ("0:0:0:0:0:0:0:0", "::"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  ])
  func `IPv6 text is read and written in canonical form`(text: String, canonical: String) throws {
    #expect(try #require(IPv6Address(text)).description == canonical)
  }

  @Test(arguments: [
    "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0", "1:",
    ":1", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8::",
  ])
  func `what is not an IPv6 address is refused`(text: String) { #expect(IPv6Address(text) == nil) }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", "a.b.c.d", "1.2.3.-4", " 1.2.3.4",
  ])
  func `what is not an IPv4 address is refused`(text: String) { #expect(IPv4Address(text) == nil) }

  @Test func `a prefix contains its own addresses and no others`() throws {
    let ten = try #require(CIDR(.v4(IPv4Address(10, 0, 0, 0)), bits: 8))
    #expect(ten.contains(.v4(IPv4Address(10, 255, 0, 1))))
    #expect(!ten.contains(.v4(IPv4Address(11, 0, 0, 1))))
    #expect(!ten.contains(.v6(IPv6Address(high: 0x0A << 56, low: 0))))
    let all = try #require(CIDR(.v4(IPv4Address(0)), bits: 0))
    #expect(all.contains(.v4(IPv4Address(.max))))
    let six = try #require(CIDR(.v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1 << 63)), bits: 65))
    #expect(six.contains(try #require(IPAddress("2001:db8::ffff:0:0:1"))))
    #expect(!six.contains(try #require(IPAddress("2001:db8::7fff:0:0:1"))))
    let one = try #require(CIDR(.v6(IPv6Address(high: 0, low: 1)), bits: 128))
    #expect(one.contains(try #require(IPAddress("::1"))))
    #expect(!one.contains(try #require(IPAddress("::2"))))
    #expect(CIDR(.v4(IPv4Address(0)), bits: 33) == nil)
  }
}
