import SystemPackage

/// The kernel's own type information, by which BPF programs are fitted to it.
struct TypeInformationCheck: Check {
    private static let path = "/sys/kernel/btf/vmlinux"
    /// BTF_MAGIC of include/uapi/linux/btf.h, by this machine's byte order.
    private static let magic: UInt16 = 0xeb9f

    func results(on host: Host) -> [CheckResult] {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try host.files.bytes(Self.path, limit: 64 << 20)
        } catch .noSuchFileOrDirectory {
            return [
                .fail(
                    "btf", "the kernel has no type information (\(Self.path))",
                    remedy: "a kernel built with CONFIG_DEBUG_INFO_BTF=y; in a container, mount the host's /sys")
            ]
        } catch {
            return [.fail("btf", "\(Self.path): \(error)", remedy: "run as root, or make it readable")]
        }
        let isBTF = bytes.count > 24 && bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt16.self) } == Self.magic
        guard isBTF else {
            return [
                .fail("btf", "\(Self.path) holds no type information", remedy: "a kernel with CONFIG_DEBUG_INFO_BTF=y")
            ]
        }
        return [.pass("btf", "\(bytes.count >> 10) KiB of kernel type information")]
    }
}
