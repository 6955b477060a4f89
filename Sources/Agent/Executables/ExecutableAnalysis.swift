package import GoBinary
package import Probes
import SystemPackage
package import Workloads

/// What is known of one executable file: the Go program in it, and how to trace it or why not.
package struct ExecutableAnalysis: Sendable {
    package let binary: GoBinary
    package let outcome: PlanOutcome

    /// Throws `changed` if the file is another one behind the analysis than when it was opened, whatever was found in it.
    package init(of file: ExecutableFile) throws(AnalysisError) {
        let result = Result { () throws(AnalysisError) in
            let binary = try Self.binary(in: file)
            return (binary, try Self.plan(binary))
        }
        guard file.isUnchanged else { throw .changed }
        (binary, outcome) = try result.get()
    }

    /// Whether it has OpenTelemetry's SDK for traces in it: what every use of that calls.
    var hasTracingSDK: Bool {
        let name = "go.opentelemetry.io/otel/sdk/trace.NewTracerProvider"
        return (try? binary.functionCopies(named: [name]))?.isEmpty == false
    }

    private static func plan(_ binary: GoBinary) throws(AnalysisError) -> PlanOutcome {
        do throws(PlanningError) {
            return try Planner().plan(binary)
        } catch {
            throw .planning(error)
        }
    }

    private static func binary(in file: ExecutableFile) throws(AnalysisError) -> GoBinary {
        if let unsuitable = UnsuitableFile(file) { throw .unsuitable(unsuitable) }
        let source: FileByteSource
        do throws(ByteSourceError) {
            source = try FileByteSource(path: file.handle, name: file.path.string)
        } catch {
            throw .file(error)
        }
        do throws(GoBinaryError) {
            return try GoBinary.read(from: source)
        } catch {
            throw .binary(error)
        }
    }

    /// The plan, or why nothing can be traced here as an error.
    package func plan() throws(AnalysisError) -> ProbePlan {
        guard binary.architecture == .ofThisMachine else { throw .foreign(binary.architecture) }
        guard binary.buildMode != .cShared else { throw .library }
        switch outcome {
        case .plan(let plan): return plan
        case .refusal(let refusal): throw .refused(refusal)
        }
    }
}

/// Why an executable isn't traced.
package enum AnalysisError: Error {
    case file(ByteSourceError)
    case unsuitable(UnsuitableFile)
    case binary(GoBinaryError)
    case planning(PlanningError)
    case refused(PlanRefusal)
    /// A program for another architecture than this machine's, which something else here runs.
    case foreign(GoBinary.Architecture)
    /// A library in Go that programs of other languages load.
    case library
    /// The file was written to meanwhile, or its mode or links were changed.
    case changed

    /// It may be different the next time although the file is the same.
    var isPassing: Bool {
        switch self {
        case .changed, .file, .binary(.io), .planning(.binary(.io)), .planning(.decoder): true
        case .unsuitable, .binary, .planning, .refused, .foreign, .library: false
        }
    }
}

extension AnalysisError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .unsuitable(let kind): kind.description
        case .binary(.notELF): "not a program: no ELF file"
        case .binary(.notGo):
            "not a Go program: neither build information nor a function table (pclntab) in it; nodespan traces Go only"
        case .binary(.unsupported("core file")): "a core file; name the program that it is of"
        case .binary(.unsupported("object file")): "an object file; name the program that it is linked into"
        case .library: "a Go library (-buildmode=c-shared); nodespan doesn't trace the programs that load one"
        case .foreign(let architecture):
            "a program for \(architecture.rawValue); on this machine, nodespan traces programs for "
                + GoBinary.Architecture.ofThisMachine.rawValue
        case .binary(.unsupported("32-bit")): "a 32-bit program; nodespan traces 64-bit ones"
        case .binary(.unsupportedGo(let version)):
            "built with \(version); nodespan traces programs built with Go 1.19 or later"
        case .binary(let error): error.description
        case .planning(let error): error.description
        case .changed: "it was changed while it was read; try again"
        case .refused(.noLibrary(let libraries)):
            "a Go program without anything that can be traced: \(PlanRefusal.absence(of: libraries))"
        case .refused(let refusal): refusal.description
        }
    }
}

extension GoBinary.Architecture {
    #if arch(arm64)
        package static let ofThisMachine = arm64
    #else
        package static let ofThisMachine = amd64
    #endif
}
