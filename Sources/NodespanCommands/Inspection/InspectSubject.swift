import Glibc
import SystemPackage
import Workloads

/// What `inspect` is asked about: a file, or the file that a process runs.
struct InspectSubject {
    let file: ExecutableFile
    let process: LocalProcess?

    /// For messages.
    var description: String {
        process.map { "process \($0.pid) (\($0.programPath))" } ?? file.path.string
    }

    /// A number is a pid, unless a file of that name is here.
    init(_ name: String) throws(CommandFailure) {
        if let pid = Int32(name), access(name, F_OK) != 0 {
            guard pid > 0 else { throw CommandFailure("\(pid) is no process id, and no file here", status: .usage) }
            do throws(ProcfsError) {
                let process = try LocalProcess.read(pid: pid)
                self.process = process
                file = try process.openExecutable()
            } catch {
                throw CommandFailure(error)
            }
            return
        }
        process = nil
        do throws(Errno) {
            file = try ExecutableFile(path: FilePath(name))
        } catch {
            throw CommandFailure("\(name): \(error)", status: error == .permissionDenied ? .notPermitted : .failed)
        }
    }
}
