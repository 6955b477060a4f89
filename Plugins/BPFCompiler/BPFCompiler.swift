import Foundation
import PackagePlugin

/// Compiles every `programs/*.bpf.c` of a target for the BPF virtual machine and generates one C file per object that
/// embeds it, so that a single executable carries all programs.
@main
struct BPFCompiler: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        let root = target.directoryURL
        let clang = try context.tool(named: "clang").url
        let headers = try files(below: root.appending(path: "include")) + files(below: root.appending(path: "lib"))
        let programs = try files(below: root.appending(path: "programs")).filter { $0.path.hasSuffix(".bpf.c") }
        return try programs.map { program in
            let name = String(program.lastPathComponent.dropLast(".bpf.c".count))
            let object = context.pluginWorkDirectoryURL.appending(path: "\(name).bpf.o")
            let image = context.pluginWorkDirectoryURL.appending(path: "\(name)_image.c")
            try write(imageSource(name: name, object: object), to: image)
            return .buildCommand(
                displayName: "Compiling BPF \(name)",
                executable: clang,
                arguments: compilerFlags(root: root) + ["-c", program.path, "-o", object.path],
                inputFiles: [program, sharedFlags(root: root)] + headers,
                outputFiles: [image])
        }
    }

    /// The flags that are the same for every architecture, one a line; scripts/compile-bpf takes them from there, too.
    private func sharedFlags(root: URL) -> URL {
        root.appending(path: "programs/compile_flags.txt")
    }

    private func compilerFlags(root: URL) -> [String] {
        #if arch(arm64)
            let (architecture, multiarch) = ("arm64", "aarch64-linux-gnu")
        #else
            let (architecture, multiarch) = ("x86", "x86_64-linux-gnu")
        #endif
        return [
            "@\(sharedFlags(root: root).path)", "-D__TARGET_ARCH_\(architecture)",
            "-I\(root.appending(path: "include").path)", "-I\(root.appending(path: "lib").path)",
            "-idirafter", "/usr/include/\(multiarch)",
            "-ffile-prefix-map=\(root.path)=bpf",
        ]
    }

    /// `#embed` is C23; the pragma keeps older modes of the same compiler quiet about it.
    private func imageSource(name: String, object: URL) -> String {
        """
        #pragma clang diagnostic ignored "-Wc23-extensions"
        #include "nodespan/images.h"

        static const unsigned char bytes[] __attribute__((aligned(16))) = {
        #embed "\(object.path)"
        };

        struct ns_image ns_image_\(name)(void)
        {
        \treturn (struct ns_image){bytes, sizeof(bytes)};
        }

        """
    }

    /// Leaves an unchanged file alone, so that planning a build does not cause a rebuild.
    private func write(_ text: String, to url: URL) throws {
        if let old = try? String(contentsOf: url, encoding: .utf8), old == text { return }
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    private func files(below directory: URL) throws -> [URL] {
        let enumerator = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: [.isRegularFileKey])
        return (enumerator?.compactMap { $0 as? URL } ?? [])
            .filter { ["c", "h"].contains($0.pathExtension) }
            .sorted { $0.path < $1.path }
    }
}
