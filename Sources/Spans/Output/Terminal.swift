internal import Glibc

/// What standard output is connected to.
package enum Terminal {
    /// Columns; nil when standard output is no terminal, or doesn't tell.
    package static var width: Int? {
        // struct winsize, which not every release of the C library lets Swift see: rows, columns, pixels.
        var size: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.1 > 0 ? Int(size.1) : nil
    }
}
