package import GoBinary
package import Probes
import SystemPackage
package import Workloads

/// What is known of one executable file: the Go program in it, and how to trace it or why not.
package struct ExecutableAnalysis: Sendable {
    package let binary: GoBinary
    package let outcome: PlanOutcome

    package init(of file: ExecutableFile) throws(AnalysisError) {
        binary = try Self.binary(in: file)
        do throws(PlanningError) {
            outcome = try Planner().plan(binary)
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

    /// The plan, or the refusal as an error.
    package func plan() throws(AnalysisError) -> ProbePlan {
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
}

extension AnalysisError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let error): error.description
        case .unsuitable(let kind): kind.description
        case .binary(.notELF): "not a program: no ELF file"
        case .binary(.notGo):
            "not a Go program: neither build information nor a function table (pclntab) in it; nodespan traces Go only"
        case .binary(.unsupported("aarch64")): "a program for arm64; nodespan traces programs for amd64"
        case .binary(.unsupported("32-bit")): "a 32-bit program; nodespan traces 64-bit ones"
        case .binary(.unsupportedGo(let version)):
            "built with \(version); nodespan traces programs built with Go 1.19 or later"
        case .binary(let error): error.description
        case .planning(let error): error.description
        case .refused(.noLibrary(let libraries)):
            "a Go program without anything that can be traced: no "
                + libraries.filter { $0.purpose == .spans }.map(\.name).joined(separator: ", no ")
        case .refused(let refusal): refusal.description
        }
    }
}
