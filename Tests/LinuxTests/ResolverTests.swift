import Bytes
import Linux
import Testing

extension LinuxTests {
  @Suite struct ResolverTests {
    @Test func `localhost has a loopback address, with the port that was asked for`() throws {
      let addresses = try Resolver.resolve("localhost", port: 6343).get()
      let loopbacks: [IPAddress] = [.v4(IPv4Address(127, 0, 0, 1)), .v6(IPv6Address(high: 0, low: 1))]
      #expect(addresses.contains { loopbacks.contains($0.address) })
      #expect(addresses.allSatisfy { $0.port == 6343 && $0.scope == 0 })
      // Once for each address, not once more for each type of socket.
      #expect(Set(addresses).count == addresses.count)
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
    func `a literal is itself`(text: String) throws {
      let address = try #require(IPAddress(text))
      #expect(try Resolver.resolve(text, port: 1).get() == [SocketAddress(address, port: 1)])
    }

    @Test func `a link-local literal keeps its interface`() throws {
      let lo = try #require(Host.interfaceIndex(of: "lo"))
      let address = IPAddress.v6(IPv6Address(high: 0xFE80 << 48, low: 1))
      #expect(
        try Resolver.resolve("fe80::1%lo", port: 1).get() == [SocketAddress(address, port: 1, scope: lo)])
    }

    @Test(arguments: ["collector.invalid", "", "two words"])
    func `a name that does not exist fails with a text`(name: String) {
      let error = #expect(throws: ResolverError.self) { try Resolver.resolve(name, port: 1).get() }
      #expect(error?.description.isEmpty == false)
    }
  }
}
