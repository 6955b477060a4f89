// swift-tools-version: 6.3;(experimentalCGen)
// The experimental flag on the line above lets the build-tool plugin compile C that it generates: the images that
// carry the BPF objects inside the executable. It is tied to the toolchain named in README.md.

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// A tenth less of it is resident: relocations are packed, and its own functions aren't listed for libraries that it might
// load. Needs the toolchain's own linker, and version 2.36 of the C library to run.
let small: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic"],
        .when(configuration: .release))
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let configuration: [Target.Dependency] = [
    .product(name: "Configuration", package: "swift-configuration"),
    .product(name: "Yams", package: "Yams"),
]
let httpClient: [Target.Dependency] = [
    .product(name: "AsyncHTTPClient", package: "async-http-client"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]

let grpc: [Target.Dependency] = [
    .product(name: "GRPCCore", package: "grpc-swift-2"),
    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
]

let package = Package(
    name: "nodespan",
    products: [.executable(name: "nodespan", targets: ["nodespan"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(
            name: "CLibbpf", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
        .systemLibrary(
            name: "CCapstone", pkgConfig: "capstone", providers: [.apt(["libcapstone-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(
            name: "CBPF", path: "bpf", exclude: ["lib", "programs"], publicHeadersPath: "include",
            plugins: ["BPFCompiler"]),
        .plugin(name: "BPFCompiler", capability: .buildTool()),

        room("GoBinary", [system]),
        room("CodeSites", ["CCapstone"]),
        room("Probes", ["GoBinary", "CodeSites", "CBPF"]),
        room("BPFRuntime", ["CBPF", "CLibbpf", system]),
        room("Spans", ["CBPF"]),
        room("OTLP", ["CLinux", "CZlib", "Spans", system] + httpClient + grpc),
        room("Workloads", ["CLinux", system, .product(name: "Yams", package: "Yams")] + httpClient),
        room(
            "Agent",
            ["GoBinary", "Probes", "BPFRuntime", "OTLP", "Spans", "Workloads", "CBPF", system] + configuration),
        room(
            "NodespanCommands",
            [
                "Agent", "BPFRuntime", "CBPF", "CodeSites", "GoBinary", "OTLP", "Probes", "Spans", "Workloads",
                argumentParser,
                subprocess, system,
            ]),
        .executableTarget(
            name: "nodespan", dependencies: ["NodespanCommands"], swiftSettings: settings, linkerSettings: small),

        // What several test targets share.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "Fuzzing", dependencies: ["CodeSites", "GoBinary", "Probes", "TestSupport"], path: "Tests/Fuzzing",
            swiftSettings: settings),
        tests(
            "EndToEndTests", ["BPFRuntime", "CLibbpf", "TestSupport", .product(name: "Yams", package: "Yams")]),
        tests("KernelTests", ["TestSupport"]),
        tests("CodeSitesTests", ["CodeSites", "GoBinary", "TestSupport", system]),
        tests("ProbesTests", ["CBPF", "CodeSites", "Fuzzing", "GoBinary", "Probes", "TestSupport", system]),
        tests("GoBinaryTests", ["Fuzzing", "GoBinary", "TestSupport", system]),
        tests("SpansTests", ["Spans", "CBPF"]),
        tests("NodespanCommandsTests", ["Agent", "NodespanCommands", "Spans"]),
        tests(
            "OTLPTests", ["OTLP", "Spans", "TestSupport", system, .product(name: "NIOSSL", package: "swift-nio-ssl")]),
        tests(
            "WorkloadsTests", ["TestSupport", "Workloads", system, .product(name: "Yams", package: "Yams")]),
        tests(
            "AgentTests",
            [
                "Agent", "BPFRuntime", "CBPF", "CLibbpf", "GoBinary", "OTLP", "Probes", "Spans", "TestSupport", "Workloads",
                system,
            ]),

        .executableTarget(
            name: "RuntimeFixture", dependencies: ["BPFRuntime", "CBPF"], path: "Tests/RuntimeFixture",
            swiftSettings: settings),
        tests("BPFRuntimeTests", ["BPFRuntime", "CBPF", "CLibbpf", "RuntimeFixture", "TestSupport"]),

        .executableTarget(
            name: "Bench", dependencies: ["BPFRuntime", "CLibbpf", "OTLP", "Spans", "TestSupport"], path: "Tests/Bench",
            swiftSettings: settings),
    ]
)

// Needs libFuzzer, which only `make fuzz` links.
if Context.environment["NODESPAN_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["CLibFuzzer", "Fuzzing", "TestSupport"], path: "Tests/Fuzz",
            swiftSettings: settings),
    ]
}
