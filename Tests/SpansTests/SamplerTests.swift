import CBPF
import Testing

@testable import Spans

@Suite struct SamplerTests {
    @Test func theDefaultIsParentBasedAlwaysOn() throws {
        #expect(Sampler.standard == (try Sampler(name: "parentbased_always_on")))
    }

    private static let (all, half, tenth): (UInt64, UInt64, UInt64) = (1 << 63, 1 << 62, 922_337_203_685_477_632)

    /// By `enum ns_sampling_case`: roots, remote parents sampled and not, local ones sampled and not.
    private static func bounds(_ sampler: Sampler) -> [UInt64] {
        var settings = ns_process_settings()
        settings.counters_slot = 5
        sampler.apply(to: &settings)
        #expect(settings.counters_slot == 5)
        return withUnsafeBytes(of: settings.sampling_bound) { Array($0.bindMemory(to: UInt64.self)) }
    }

    @Test(
        arguments: [
            ("always_on", nil, [all, all, all, all, 0]), ("always_off", nil, [0, 0, 0, all, 0]),
            ("traceidratio", "0.5", [half, half, half, all, 0]),
            ("parentbased_always_on", nil, [all, all, 0, all, 0]),
            ("parentbased_always_off", nil, [0, all, 0, all, 0]),
            ("parentbased_traceidratio", "0.1", [tenth, all, 0, all, 0]),
            ("jaeger_remote", "initialSamplingRate=0.5", [half, half, half, all, 0]),
            ("parentbased_jaeger_remote", "endpoint=http://j:5778,initialSamplingRate=0.1", [tenth, all, 0, all, 0]),
            ("jaeger_remote", nil, [9_223_372_036_854_776, 9_223_372_036_854_776, 9_223_372_036_854_776, all, 0]),
        ] as [(String, String?, [UInt64])])
    func everyNameHasItsDecisions(name: String, argument: String?, bounds: [UInt64]) throws {
        #expect(Self.bounds(try Sampler(name: name, argument: argument)) == bounds)
    }

    @Test func aParentBasedOneHasASamplerForEachKindOfParent() throws {
        var decisions = SamplingDecisions(root: .ratio(0.5))
        #expect(Self.bounds(Sampler(parentBased: decisions)) == [Self.half, Self.all, 0, Self.all, 0])
        decisions.remoteParentSampled = .ratio(0.1)
        decisions.remoteParentNotSampled = .all
        decisions.localParentSampled = .none
        decisions.localParentNotSampled = .ratio(0.5)
        #expect(Self.bounds(Sampler(parentBased: decisions)) == [Self.half, Self.tenth, Self.all, 0, Self.half])
    }

    @Test func aRemoteOneDecidesAsItsServerSays() throws {
        let limited = NS_SAMPLING_RATE_LIMITED
        for (name, elsewhere) in [
            ("jaeger_remote", [limited, limited]), ("parentbased_jaeger_remote", [Self.all, 0]),
        ] {
            let sampler = try Sampler(name: name)
            let following = sampler.following(.perSecond(4))
            #expect(following != sampler && Self.bounds(following) == [limited] + elsewhere + [Self.all, 0])
            var settings = ns_process_settings()
            following.apply(to: &settings)
            #expect(settings.rates.0.interval_ns == 250_000_000 && settings.rates.0.burst_ns == 1_000_000_000)
            sampler.following(.ratio(1)).apply(to: &settings)
            #expect(settings.rates.0.interval_ns == 0 && settings.sampling_bound.0 == Self.all)
        }
        #expect(Self.bounds(try Sampler(name: "jaeger_remote").following(.perSecond(0))) == [0, 0, 0, Self.all, 0])
        #expect(Sampler.standard.following(.ratio(0)) == .standard)
    }

    @Test func aRateBelowOneASecondLetsOneThrough() {
        let rate = ns_rate(perSecond: 0.25)
        #expect(rate.interval_ns == 4_000_000_000 && rate.burst_ns == 4_000_000_000)
        #expect(ns_rate(perSecond: 0).interval_ns > 0 && ns_rate(perSecond: 1e-300).burst_ns < 1 << 62)
        #expect(ns_rate(perSecond: 1e12).interval_ns == 1)
    }

    @Test(
        arguments: [
            ("", nil, 60_000, 0.001, []), ("endpoint=j:5778", "j:5778", 60_000, 0.001, []),
            (
                " endpoint = http://j:5778/a=b , pollingIntervalMs=5000,initialSamplingRate=0.25", "http://j:5778/a=b",
                5000,
                0.25, []
            ),
            ("pollingIntervalMs=1", nil, 1000, 0.001, []),
            ("pollingIntervalMs=999999999999999", nil, 86_400_000, 0.001, []),
            (
                "pollingIntervalMs=-1,initialSamplingRate=2,endpoint=,rate=1,x", nil, 60_000, 0.001,
                ["pollingIntervalMs=-1", "initialSamplingRate=2", "endpoint=", "rate=1", "x"]
            ),
            ("initialSamplingRate=nan", nil, 60_000, 0.001, ["initialSamplingRate=nan"]),
        ] as [(String, String?, Int64, Double, [String])])
    func aRemoteOnesArgumentHasThreeMembers(
        argument: String, endpoint: String?, interval: Int64, rate: Double, ignored: [String]
    ) {
        var told: [String] = []
        let remote = RemoteSampling(argument: argument) { told.append(String($0)) }
        #expect(remote.endpoint == endpoint && remote.interval == .milliseconds(interval) && remote.initialRate == rate)
        #expect(told == ignored)
        #expect(RemoteSampling(argument: remote.text) == remote)
    }

    @Test(arguments: ["xray", " Parentbased_XRay"]) func theOneOfXRayIsRefusedWithTheRemedy(name: String) {
        let error = #expect(throws: SamplerError.self) { try Sampler(environment: ["OTEL_TRACES_SAMPLER": name]) }
        #expect(error?.description.contains("X-Ray") == true && error?.description.contains("choose another") == true)
    }

    /// The bounds are uint64(fraction * (1 << 63)) as Go computes them.
    @Test(
        arguments: [
            ("0", 0), ("0.5", 1 << 62), ("0.25", 1 << 61), ("1", 1 << 63), ("1.0", 1 << 63),
            ("0.1", 922_337_203_685_477_632), ("0.001", 9_223_372_036_854_776), ("1e-19", 0), ("1.1e-19", 1),
            ("0.9999999999999999", 9_223_372_036_854_774_784),
        ] as [(String, UInt64)])
    func theBoundIsTheGoSDKs(argument: String, bound: UInt64) throws {
        #expect(SampledShare.ratio(try Sampler(name: "traceidratio", argument: argument).ratio).bound == bound)
    }

    /// A trace id's number decides exactly at the bound: below is kept, the bound itself is not.
    @Test func traceIDsAtTheBoundAreDecidedAsTheSDKDoes() throws {
        func isKept(_ low: UInt64, _ argument: String) throws -> Bool {
            low >> 1 < SampledShare.ratio(try Sampler(name: "traceidratio", argument: argument).ratio).bound
        }
        #expect(try isKept(0x7fff_ffff_ffff_ffff, "0.5"))
        #expect(try !isKept(0x8000_0000_0000_0000, "0.5"))
        #expect(try isKept(.max, "1"))
        #expect(try !isKept(0, "0"))
        #expect(try !isKept(.max, "0.9999999999999999"))
    }

    @Test func withoutAnArgumentARatioIsOne() throws {
        #expect(SampledShare.ratio(try Sampler(name: "parentbased_traceidratio").ratio).bound == NS_SAMPLING_ALL)
    }

    @Test(arguments: ["-0.1", "1.01", "half", "", "nan", "inf", "50%"]) func aBadRatioIsNamed(argument: String) {
        #expect(throws: SamplerError.invalidRatio(argument)) {
            try Sampler(name: "traceidratio", argument: argument)
        }
    }

    @Test func errorsNameWhatIsValid() {
        let unknown = #expect(throws: SamplerError.self) { try Sampler(name: "sometimes") }
        for name in Sampler.Name.allCases { #expect(unknown?.description.contains(name.rawValue) == true) }
        #expect(throws: SamplerError.takesNoArgument(.alwaysOn)) { try Sampler(name: "always_on", argument: "1") }
    }
}
