import Testing

@testable import SFlow

struct DescribeTests {
  @Test func `a datagram in words`() throws {
    let json = try PcapFile("hsflowd-run3-json").payloads
    #expect(
      try decode(json[2]).describe() == [
        "datagram agent 10.99.0.1 sub-agent 100000 seq 3 uptime 8723 ms",
        "counters 3:8443 seq 1",
        "  host_parent container=2:1",
        "  app_workers workers_active=3 workers_idle=4 workers_max=10 req_delayed=11 req_dropped=12",
        "  app_resources user_time=1000 ms system_time=2000 ms mem_used=3000000000 B mem_max=8000000000 B"
          + " fd_open=10 fd_max=1024 conn_open=5 conn_max=100",
        "  app_operations application=\"payment\" success=101 other=1 timeout=2 internal_error=3 bad_request=4"
          + " forbidden=5 too_large=6 not_implemented=7 not_found=8 unavailable=9 unauthorized=4294967295",
      ])
    #expect(try decode(json[3]).describe()[1].hasPrefix("rtmetric my-app m_str=\"hello\" m_c32=1334 "))
    let packet = try PcapFile("hsflowd-run2-ipv6").payloads[6]
    let lines = try decode(packet).describe()
    #expect(lines[1] == "flow 0:3 seq 5 rate 1 pool 17 drops 0 in 3 out internal")
    #expect(
      lines[2].hasPrefix("  sampled_header protocol=IPv4(11) frame_length=52 B stripped=18 B header=4500"))
  }
}
