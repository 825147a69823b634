/// Everything that reads bytes from outside, by name. An error is as good as a value; a trap, a failed precondition and
/// a bad access are findings.
let targets: [String: @Sendable (Span<UInt8>) -> Void] = [
  "capture": readCapture,
  "config": readConfiguration,
  "control": converse,
  "datagram": decodeDatagram,
  "dns": readNames,
  "frame": sampleFrame,
  "guest": describeGuest,
  "host": pollHost,
  "interfaces": followInterfaces,
  "netlink": decodeNetlink,
  "nflog": sampleLogged,
  "optics": readModule,
  "packer": packSamples,
  "parameters": measureGuest,
  "procfs": parseFiles,
  "ring": emptyRing,
]
