import TestSupport
import Testing

@testable import GoBinary

@Suite struct BuildInfoTests {
    @Test(arguments: Sample.all) func saysHowAProgramWasBuilt(_ sample: Sample) throws {
        let binary = try sample.read()
        #expect(binary.buildInfo.goVersion.hasPrefix("go\(sample.toolchain.version)"))
        #expect(binary.buildInfo.goMinorVersion == sample.toolchain.minor)
        #expect(binary.buildInfo.mainPath == Sample.fixture)
        #expect(binary.buildInfo.modules.first?.path == Sample.fixture)
        #expect(binary.buildInfo.settings["GOARCH"] == sample.architecture.rawValue)
        #expect(binary.architecture == sample.architecture)
        #expect(binary.buildInfo.settings["CGO_ENABLED"] == (sample.mode.hasCgo ? "1" : "0"))
        // Go 1.19 doesn't record it.
        let recorded = sample.toolchain.minor > 19
        #expect(!recorded || binary.buildInfo.settings["-buildmode"] == (sample.mode.isPIE ? "pie" : "exe"))
        #expect(binary.buildMode == (sample.mode.isPIE ? .pie : .exe))
        #expect(binary.isStripped == sample.mode.isStripped)
    }

    @Test func readsDependenciesReplacementsAndQuotedSettings() {
        var info = BuildInfo(goVersion: "go1.27.3")
        info.add(
            modules: """
                path\texample.org/shop/cmd/api
                mod\texample.org/shop\t(devel)\t
                dep\tgoogle.golang.org/grpc\tv1.83.1\th1:x=
                dep\texample.org/old\tv1.0.0
                =>\texample.org/new\tv2.0.0\th1:y=
                dep\texample.org/near\tv1.0.0
                =>\t../near
                build\t-ldflags="-X \\"main.a=b c\\""
                build\tvcs.modified=false
                """)
        #expect(info.mainPath == "example.org/shop/cmd/api")
        #expect(
            info.modules == [
                .init(path: "example.org/shop", version: "(devel)"),
                .init(path: "google.golang.org/grpc", version: "v1.83.1"),
                .init(path: "example.org/new", version: "v2.0.0"),
                .init(path: "../near", version: ""),
            ])
        #expect(info.settings == ["-ldflags": "-X \"main.a=b c\"", "vcs.modified": "false"])
    }

    @Test(arguments: [
        ("go1.27.3", 27), ("go1.19", 19), ("go1.26rc1", 26), ("devel go1.28-9c3f0e1 Mon", 28),
        ("go1.24.4 X:nosynchashtriemap", 24), ("", nil), ("unknown", nil),
    ])
    func readsVersions(_ version: String, _ minor: Int?) {
        #expect(BuildInfo(goVersion: version).goMinorVersion == minor)
    }
}
