import Bytes
import Testing

@testable import SFlow

/// From the layout tables of the specification, not from the encoder. Every field has a value of its own, so that
/// none can change places.
struct VirtualAndAppGoldenTests {
  @Test func `virt_node has the layout of 0:2100`() throws {
    var value = VirtualNode()
    value.megahertz = 0x0102_0301
    value.cpus = 0x0102_0302
    value.memoryBytes = 0x0102_0304_0506_0703
    value.memoryFreeBytes = 0x0102_0304_0506_0704
    value.activeDomains = 0x0102_0305
    try expect(
      value,
      """
      00000834           tag 0:2100
      0000001c           28 octets follow
      01020301           mhz
      01020302           cpus
      01020304 05060703  memory
      01020304 05060704  memory_free
      01020305           num_domains
      """)
  }

  @Test func `virt_cpu has the layout of 0:2101`() throws {
    var value = VirtualCPU()
    value.state = .running
    value.cpuMS = 0x0102_0302
    value.virtualCPUs = 0x0102_0303
    try expect(
      value,
      """
      00000835  tag 0:2101
      0000000c  12 octets follow
      00000001  state
      01020302  cpuTime
      01020303  nrVirtCpu
      """)
  }

  @Test func `virt_memory has the layout of 0:2102`() throws {
    var value = VirtualMemory()
    value.usedBytes = 0x0102_0304_0506_0701
    value.maximumBytes = 0x0102_0304_0506_0702
    try expect(
      value,
      """
      00000836           tag 0:2102
      00000010           16 octets follow
      01020304 05060701  memory
      01020304 05060702  maxMemory
      """)
  }

  @Test func `virt_disk_io has the layout of 0:2103`() throws {
    var value = VirtualDiskIO()
    value.capacityBytes = 0x0102_0304_0506_0701
    value.allocationBytes = 0x0102_0304_0506_0702
    value.availableBytes = 0x0102_0304_0506_0703
    value.readRequests = 0x0102_0304
    value.readBytes = 0x0102_0304_0506_0705
    value.writeRequests = 0x0102_0306
    value.writtenBytes = 0x0102_0304_0506_0707
    value.errors = 0x0102_0308
    try expect(
      value,
      """
      00000837           tag 0:2103
      00000034           52 octets follow
      01020304 05060701  capacity
      01020304 05060702  allocation
      01020304 05060703  available
      01020304           rd_req
      01020304 05060705  rd_bytes
      01020306           wr_req
      01020304 05060707  wr_bytes
      01020308           errs
      """)
  }

  @Test func `virt_net_io has the layout of 0:2104`() throws {
    var value = VirtualNetworkIO()
    value.inBytes = 0x0102_0304_0506_0701
    value.inPackets = 0x0102_0302
    value.inErrors = 0x0102_0303
    value.inDrops = 0x0102_0304
    value.outBytes = 0x0102_0304_0506_0705
    value.outPackets = 0x0102_0306
    value.outErrors = 0x0102_0307
    value.outDrops = 0x0102_0308
    try expect(
      value,
      """
      00000838           tag 0:2104
      00000028           40 octets follow
      01020304 05060701  rx_bytes
      01020302           rx_packets
      01020303           rx_errs
      01020304           rx_drop
      01020304 05060705  tx_bytes
      01020306           tx_packets
      01020307           tx_errs
      01020308           tx_drop
      """)
  }

  @Test func `app_operations has the layout of 0:2202`() throws {
    var value = AppOperations()
    value.application = "abcde"
    value.success = 0x0102_0302
    value.other = 0x0102_0303
    value.timeout = 0x0102_0304
    value.internalError = 0x0102_0305
    value.badRequest = 0x0102_0306
    value.forbidden = 0x0102_0307
    value.tooLarge = 0x0102_0308
    value.notImplemented = 0x0102_0309
    value.notFound = 0x0102_030A
    value.unavailable = 0x0102_030B
    value.unauthorized = 0x0102_030C
    try expect(
      value,
      """
      0000089a                    tag 0:2202
      00000038                    56 octets follow
      00000005 61626364 65000000  application
      01020302                    success
      01020303                    other
      01020304                    timeout
      01020305                    internal_error
      01020306                    bad_request
      01020307                    forbidden
      01020308                    too_large
      01020309                    not_implemented
      0102030a                    not_found
      0102030b                    unavailable
      0102030c                    unauthorized
      """)
  }

  @Test func `app_resources has the layout of 0:2203`() throws {
    var value = AppResources()
    value.userMS = 0x0102_0301
    value.systemMS = 0x0102_0302
    value.memoryUsedBytes = 0x0102_0304_0506_0703
    value.memoryMaximumBytes = 0x0102_0304_0506_0704
    value.descriptorsOpen = 0x0102_0305
    value.descriptorsMaximum = 0x0102_0306
    value.connectionsOpen = 0x0102_0307
    value.connectionsMaximum = 0x0102_0308
    try expect(
      value,
      """
      0000089b           tag 0:2203
      00000028           40 octets follow
      01020301           user_time
      01020302           system_time
      01020304 05060703  mem_used
      01020304 05060704  mem_max
      01020305           fd_open
      01020306           fd_max
      01020307           conn_open
      01020308           conn_max
      """)
  }

  @Test func `app_workers has the layout of 0:2206`() throws {
    var value = AppWorkers()
    value.active = 0x0102_0301
    value.idle = 0x0102_0302
    value.maximum = 0x0102_0303
    value.requestsDelayed = 0x0102_0304
    value.requestsDropped = 0x0102_0305
    try expect(
      value,
      """
      0000089e  tag 0:2206
      00000014  20 octets follow
      01020301  workers_active
      01020302  workers_idle
      01020303  workers_max
      01020304  req_delayed
      01020305  req_dropped
      """)
  }
}
