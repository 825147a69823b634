internal import CLinux

/// The standard streams and the end of the process.
public enum Terminal {
  /// Writes `text` and a line end to standard output, at once.
  public static func print(_ text: String) { put(text, to: 1) }

  /// Writes `text` to standard output and ends with `status`.
  public static func print(_ text: String, status: CInt) -> Never {
    put(text, to: 1)
    end(status)
  }

  /// Writes `text` and a line end to standard error.
  public static func complain(_ text: String) { put(text, to: 2) }

  /// Writes `text` to standard error and ends with `status`.
  public static func complain(_ text: String, status: CInt) -> Never {
    put(text, to: 2)
    end(status)
  }

  /// Does nothing for so long. For tools only: nothing on a loop may wait.
  public static func wait(_ time: Duration) { _ = poll(nil, 0, CInt(clamping: time.millisecondsRoundedUp)) }

  /// Ends the process, at once: exit(3) would tear down libraries that other threads are still in (libvirt brings
  /// OpenSSL), and those crash. Nothing here is written later than it is printed.
  public static func end(_ status: CInt) -> Never { cl_end(status) }

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
