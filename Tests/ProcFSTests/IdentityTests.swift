import Bytes
import ProcFS
import Testing

@Suite struct IdentityTests {
  @Test func `machine-id is 32 digits`() throws {
    let text = try Fixture("debian12-virtio-6.1").bytes("etc/machine-id")
    #expect(
      try MachineID(parsing: text.span)
        == MachineID(uuid: UUID(high: 0x0f1e_2d3c_4b5a_6978, low: 0x8796_a5b4_c3d2_e1f0)))
  }

  @Test func `an image's machine-id is none`() throws {
    let image = try Fixture("lxc-container-5.15").bytes("etc/machine-id")
    let dashed = Array("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".utf8)
    for text in [image, [], dashed] {
      #expect(throws: TextError(at: 0, expected: "32 hexadecimal digits")) {
        () throws in _ = try MachineID(parsing: text.span)
      }
    }
  }

  @Test func `the firmware's UUID, of either case`() throws {
    let uuid = UUID(high: 0x6695_eb01_f6a4_8304, low: 0x79aa_97f2_502e_193f)
    let text = try Fixture("debian12-virtio-6.1").bytes("sys/class/dmi/id/product_uuid")
    #expect(ProductUUID(parsing: text.span) == ProductUUID(uuid: uuid))
    let lower = Array("6695eb01-f6a4-8304-79aa-97f2502e193f".utf8)
    #expect(ProductUUID(parsing: lower.span) == ProductUUID(uuid: uuid))
  }

  @Test func `a firmware UUID that many machines share is none`() throws {
    let sample = try Fixture("zfs-root-6.8").bytes("sys/class/dmi/id/product_uuid")
    let words = try Fixture("md-raid1-sata-5.10").bytes("sys/class/dmi/id/product_uuid")
    let zeros = Array("00000000-0000-0000-0000-000000000000\n".utf8)
    let ones = Array("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n".utf8)
    let swapped = Array("00020003-0004-0005-0006-000700080009\n".utf8)
    for text in [sample, words, zeros, ones, swapped, []] {
      #expect(ProductUUID(parsing: text.span) == ProductUUID(uuid: nil))
    }
  }
}
