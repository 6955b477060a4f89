import CLibbpf

/// The C library's heap, which by itself grows with the number of CPUs, and stays as large as it has ever been.
package enum Heap {
    /// Bytes from which on a block is memory of its own, which goes back to the system with it.
    private static let blockSize: Int32 = 128 << 10

    /// Has it keep little of what is freed. Call it before there are threads.
    package static func bound() {
        bound_heap(2, blockSize)
    }

    /// Gives what was freed back to the system: after work that takes much memory once. Milliseconds.
    package static func trim() {
        trim_heap()
    }
}
