import Agent
import ArgumentParser
import BPFRuntime
import SystemPackage

/// `nodespan doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check whether this machine can run nodespan, and say what to do where it can't.",
        discussion: """
            Tries what tracing needs: loads the BPF programs, starts a program and sees it start and end, puts probes on \
            code of its own and counts the hits. No other program is touched, and nothing stays behind. Takes a second \
            or less.

            Each line is pass, warn (tracing works, at a cost or with a risk), fail, or skip (not looked at).

            Exit status: 0 when nothing failed; 1 when a check failed; 3 when rights are missing, to look or to trace.

            Examples:
              sudo nodespan doctor
              sudo nodespan doctor --format json | jq -r '.checks[] | select(.status == "fail") | .remedy'
            """)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let files = HostFiles()
        let privileges: Privileges
        do throws(Errno) {
            privileges = try Privileges(files)
        } catch {
            throw CommandFailure("/proc isn't readable (\(error)): mount it, mount -t proc proc /proc")
        }
        let diagnosis = await Diagnosis(
            of: Host(
                files: files, privileges: privileges, recordFolder: ArmedLedger.defaultFolder,
                idleProgram: ["/proc/self/exe", "--version"]))
        switch output.format {
        case .json: try StandardOutput.print(json: DoctorDocument(diagnosis))
        case .table: try StandardOutput.print(DoctorTable(diagnosis, style: output.style).text)
        }
        switch diagnosis.verdict {
        case .good: break
        case .failed: throw SilentEnding(status: FailureStatus.failed.rawValue)
        case .notPermitted: throw SilentEnding(status: FailureStatus.notPermitted.rawValue)
        }
    }
}
