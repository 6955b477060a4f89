import CBPF
import TestSupport

/// A BPF object that is compiled for a test, with the headers in bpf/.
struct TestProgram: ~Copyable {
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    /// - Parameter source: what follows the includes of `maps.h` and `task.h`.
    init(_ source: String, in folder: String) throws {
        let bpf = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/bpf"
        #if arch(arm64)
            let multiarch = "aarch64-linux-gnu"
        #else
            let multiarch = "x86_64-linux-gnu"
        #endif
        let text = "#include \"maps.h\"\n#include \"task.h\"\nchar LICENSE[] SEC(\"license\") = \"GPL\";\n" + source
        try writeFile("\(folder)/test.bpf.c", Array(text.utf8))
        let made = try Command.run([
            "/usr/bin/env", "clang", "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-ffreestanding", "-I\(bpf)/include",
            "-I\(bpf)/lib", "-idirafter", "/usr/include/\(multiarch)", "-c", "\(folder)/test.bpf.c", "-o",
            "\(folder)/test.bpf.o",
        ])
        guard made.code == 0 else { throw CompileFailure(errors: made.errors) }
        let object = try readFile("\(folder)/test.bpf.o")
        bytes = .allocate(capacity: object.count)
        _ = bytes.initialize(from: object)
    }

    deinit {
        bytes.deallocate()
    }

    /// Valid as long as this is.
    func image() throws -> ns_image {
        guard let start = bytes.baseAddress else { throw CompileFailure(errors: "empty object") }
        return ns_image(bytes: UnsafePointer(start), size: bytes.count)
    }
}
