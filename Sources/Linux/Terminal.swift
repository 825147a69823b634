internal import CLinux

/// The standard streams and the end of the process.
public enum Terminal {
  /// Writes `text` and a line end to standard output, at once.
  public static func print(_ text: String) { put(text, to: 1) }

  /// Writes `text` to standard output and ends with `status`.
  public static func print(_ text: String, status: CInt) -> Never {
    put(text, to: 1)
    exit(status)
  }

  /// Writes `text` and a line end to standard error.
  public static func complain(_ text: String) { put(text, to: 2) }

  /// Writes `text` to standard error and ends with `status`.
  public static func complain(_ text: String, status: CInt) -> Never {
    put(text, to: 2)
    exit(status)
  }

  /// Does nothing for so long. For tools only: nothing on a loop may wait.
  public static func wait(_ time: Duration) { _ = poll(nil, 0, CInt(clamping: time.millisecondsRoundedUp)) }

  /// Ends the process.
  public static func exit(_ status: CInt) -> Never { CLinux.exit(status) }

  private static func put(_ text: String, to descriptor: CInt) {
    var line = text + "\n"
    line.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        // The octets from `done` on are those not yet written.
        let count = unsafe write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        // A closed pipe or a full disk: nobody reads it.
        if count <= 0 { return }
        done += count
      }
    }
  }
}
