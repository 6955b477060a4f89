/// The bytes of an executable, wherever they are kept.
///
/// Reads never go past `size`; a source that shrinks meanwhile returns fewer bytes.
package protocol ByteSource: Sendable {
    /// Number of bytes when the source was opened.
    var size: UInt64 { get }

    /// Fills `buffer` from `offset` on and returns the number of bytes stored. Fewer than asked for means that the
    /// source ends there.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceError) -> Int
}

/// A system call on the executable failed.
package struct ByteSourceError: Error, Equatable, CustomStringConvertible {
    /// The call, for example `open`.
    package var operation: String
    /// The file it was for.
    package var path: String
    /// The error number of errno(3).
    package var errno: Int32

    package init(operation: String, path: String, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }
}
