import GoBinary
import Probes
import SystemPackage
import Workloads

/// What `inspect --format json` prints.
struct InspectDocument: Encodable {
    struct Module: Encodable {
        let path: String
        let version: String
    }

    struct Probe: Encodable {
        let program: String
        let symbol: String
        /// Image-relative, "0x…".
        let address: String
        let instruction: String
        let emulated: Bool
    }

    struct Field: Encodable {
        let type: String
        let field: String
        let offset: UInt16
    }

    struct Missing: Encodable {
        let what: String
        let reason: String
        let consequence: String
    }

    struct Library: Encodable {
        let name: String
        /// "spans"; "routes": armed only with `trace --routes`; "propagation": armed where the kernel lets headers be
        /// written.
        let purpose: String
        let state: String
        let probes: [Probe]
        let fields: [Field]
        let missing: [Missing]
    }

    struct Timing: Encodable {
        /// By the clock, and of the processor.
        let elapsedNanoseconds: Int64
        let processorNanoseconds: Int64

        init(_ reading: Stopwatch.Reading) {
            elapsedNanoseconds = Int64(reading.elapsed / .nanoseconds(1))
            processorNanoseconds = Int64(reading.processor / .nanoseconds(1))
        }
    }

    struct Process: Encodable {
        let pid: Int32
        let name: String
        /// In the process's own mount namespace.
        let executable: String
        /// The file was removed or replaced since the process was started.
        let isReplaced: Bool
        /// In a pid namespace of its own, as a container is: its id there; else absent.
        let containerPid: Int32?
    }

    /// As it was named; of a process, its /proc/PID/exe.
    let file: String
    let process: Process?
    let goVersion: String
    let buildMode: String
    let stripped: Bool
    let arch: String
    let modules: [Module]
    let libraries: [Library]
    /// Those that were asked for.
    let symbols: [InspectedSymbol]?
    let timing: Timing

    init(
        _ binary: GoBinary, _ outcome: PlanOutcome, symbols reports: [SymbolReport], of subject: InspectSubject,
        took reading: Stopwatch.Reading
    ) {
        file = subject.file.path.string
        process = subject.process.map {
            Process(
                pid: $0.pid, name: $0.commandName, executable: $0.programPath, isReplaced: $0.isReplaced,
                containerPid: $0.innerPID)
        }
        goVersion = binary.buildInfo.goVersion
        buildMode = binary.buildMode.rawValue
        stripped = binary.isStripped
        arch = binary.architecture.rawValue
        modules = binary.buildInfo.modules.map { Module(path: $0.path, version: $0.version) }
        symbols = reports.isEmpty ? nil : reports.map { InspectedSymbol($0, in: binary, probes: outcome.probes) }
        timing = Timing(reading)
        libraries = outcome.libraries.map { library in
            Library(
                name: library.name, purpose: library.purpose.rawValue,
                state: library.state.rawValue,
                probes: library.probes.map {
                    Probe(
                        program: $0.program, symbol: $0.symbol, address: "0x" + String($0.address, radix: 16),
                        instruction: $0.instruction, emulated: $0.isEmulated)
                },
                fields: library.fields.map { Field(type: $0.type, field: $0.field, offset: $0.offset) },
                missing: library.missing.map {
                    Missing(what: $0.what, reason: $0.reason, consequence: $0.consequence)
                })
        }
    }
}
