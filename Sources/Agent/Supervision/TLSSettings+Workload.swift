import OTLP
import Workloads

extension TLSSettings {
    /// Bytes of one of the files.
    private static let fileLimit = 1 << 20

    /// Of what an environment names for connections; nil where that is nothing, or can't be used.
    ///
    /// What a file holds counts, not where it is: the pods of a Deployment, each with a file of its own, share a pipeline, and
    /// it needs no process that may have ended to go on. Processes are looked at every few seconds, so that a file that has
    /// changed is another wish. May block.
    /// - Parameters:
    ///   - values: what is known of ConfigMaps and Secrets.
    ///   - process: where the files are that are in neither; nil for one that has ended.
    ///   - report: told what isn't used that is named.
    init?(
        _ settings: WorkloadSettings, _ values: [ObjectKey: ObjectValue], of process: ProcessHandle?,
        _ report: (WishProblem) -> Void
    ) {
        let variables = VariableReader(settings.environment)
        func contents(_ name: String) -> TLSContents? {
            guard let (variable, path) = variables.first(ExporterVariables.names(name)) else { return nil }
            let key = settings.files[variable]
            let value = key.map { values[$0] ?? .unread }
            if case .text(let text) = value { return .of(Array(text.utf8)) }
            do throws(ProcessFileError) {
                // The Operator mounts Secrets where the variable says.
                guard let process else { throw .processEnded }
                return .of(try process.contents(of: path, limit: Self.fileLimit))
            } catch {
                guard let key, let value else {
                    report(.file(variable: variable, error))
                    return nil
                }
                report(Self.problem(variable, key, value))
            }
            return nil
        }
        let authorities = contents("CERTIFICATE")
        let certificate = contents("CLIENT_CERTIFICATE")
        let key = contents("CLIENT_KEY")
        if authorities == nil, certificate == nil, key == nil { return nil }
        do throws(TLSMaterialError) {
            _ = try TLSMaterial(authorities: authorities, certificate: certificate, key: key)
            self.init(
                authorities: authorities.map { .contents($0) }, certificate: certificate.map { .contents($0) },
                key: key.map { .contents($0) })
        } catch {
            report(.material(error))
            return nil
        }
    }

    private static func problem(_ variable: String, _ key: ObjectKey, _ value: ObjectValue) -> WishProblem {
        switch value {
        case .missing: .setting(.missing(variable: variable, key))
        case .failed(let reason): .setting(.failed(variable: variable, key, reason: reason))
        case .noRoom: .setting(.noRoom(variable: variable, key))
        case .unread, .text: .setting(.unread(variable: variable, key))
        }
    }
}
