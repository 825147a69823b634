public import Linux
public import SFlow

/// Where one structure (or a family of structures from one file) of the host's counter sample comes from.
///
/// Each is a file of its own and a line in `HostRecords.all`. A source that fails leaves out its own structures
/// and no others.
public protocol HostRecordSource: AnyObject {
  /// "cpu": names the source in the log.
  var name: String { get }
  /// Reads the kernel and appends the structures. Nothing is appended after a throw.
  @_lifetime(sample: copy sample)
  func append(to sample: inout CounterSampleWriter) throws(FileError)
}
