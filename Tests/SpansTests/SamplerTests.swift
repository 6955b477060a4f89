import CBPF
import Testing

@testable import Spans

@Suite struct SamplerTests {
    @Test func theDefaultIsParentBasedAlwaysOn() throws {
        #expect(Sampler.standard == (try Sampler(name: "parentbased_always_on")))
    }

    @Test(
        arguments: [
            ("always_on", nil, [NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_ON]),
            ("always_off", nil, [NS_SAMPLER_ALWAYS_OFF, NS_SAMPLER_ALWAYS_OFF, NS_SAMPLER_ALWAYS_OFF]),
            ("traceidratio", "0.5", [NS_SAMPLER_TRACE_ID_RATIO, NS_SAMPLER_TRACE_ID_RATIO, NS_SAMPLER_TRACE_ID_RATIO]),
            ("parentbased_always_on", nil, [NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_OFF]),
            ("parentbased_always_off", nil, [NS_SAMPLER_ALWAYS_OFF, NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_OFF]),
            (
                "parentbased_traceidratio", "0.1",
                [NS_SAMPLER_TRACE_ID_RATIO, NS_SAMPLER_ALWAYS_ON, NS_SAMPLER_ALWAYS_OFF]
            ),
        ] as [(String, String?, [ns_sampler])])
    func everyNameHasItsDecisions(name: String, argument: String?, decisions: [ns_sampler]) throws {
        var settings = ns_process_settings()
        settings.counters_slot = 5
        try Sampler(name: name, argument: argument).apply(to: &settings)
        #expect(settings.root_sampler == UInt8(decisions[0].rawValue))
        #expect(settings.sampled_parent_sampler == UInt8(decisions[1].rawValue))
        #expect(settings.unsampled_parent_sampler == UInt8(decisions[2].rawValue))
        #expect(settings.counters_slot == 5)
    }

    /// The bounds are uint64(fraction * (1 << 63)) as Go computes them.
    @Test(
        arguments: [
            ("0", 0), ("0.5", 1 << 62), ("0.25", 1 << 61), ("1", 1 << 63), ("1.0", 1 << 63),
            ("0.1", 922_337_203_685_477_632), ("0.001", 9_223_372_036_854_776), ("1e-19", 0), ("1.1e-19", 1),
            ("0.9999999999999999", 9_223_372_036_854_774_784),
        ] as [(String, UInt64)])
    func theBoundIsTheGoSDKs(argument: String, bound: UInt64) throws {
        #expect(try Sampler(name: "traceidratio", argument: argument).ratioBound == bound)
    }

    /// A trace id's number decides exactly at the bound: below is kept, the bound itself is not.
    @Test func traceIDsAtTheBoundAreDecidedAsTheSDKDoes() throws {
        func isKept(_ low: UInt64, _ argument: String) throws -> Bool {
            low >> 1 < (try Sampler(name: "traceidratio", argument: argument)).ratioBound
        }
        #expect(try isKept(0x7fff_ffff_ffff_ffff, "0.5"))
        #expect(try !isKept(0x8000_0000_0000_0000, "0.5"))
        #expect(try isKept(.max, "1"))
        #expect(try !isKept(0, "0"))
        #expect(try !isKept(.max, "0.9999999999999999"))
    }

    @Test func withoutAnArgumentARatioIsOne() throws {
        #expect(try Sampler(name: "parentbased_traceidratio").ratioBound == 1 << 63)
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
