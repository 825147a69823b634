internal import CLinux

/// Which file a path leads to: another one under the same name is not equal.
public struct FileIdentity: Equatable, Sendable {
  private let device: dev_t
  private let inode: ino_t

  /// - Returns: `nil` if there is none, or it cannot be reached.
  public init?(at path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }
}
