import OTLP
import Workloads

extension TLSSettings {
    /// Of what a pod's Instrumentation names for connections; nil where that is nothing, or can't be used.
    /// - Parameters:
    ///   - values: what is known of ConfigMaps and Secrets.
    ///   - report: told what isn't used that is named.
    init?(_ settings: WorkloadSettings, _ values: [ObjectKey: ObjectValue], _ report: (WishProblem) -> Void) {
        func bytes(_ name: String) -> [UInt8]? {
            let variables = ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"]
            guard let variable = variables.first(where: { settings.environment[$0]?.isEmpty == false }) else {
                return nil
            }
            guard let key = settings.files[variable] else {
                report(.file(variable: variable))
                return nil
            }
            switch values[key] ?? .unread {
            case .text(let text): return Array(text.utf8)
            case .missing: report(.setting(.missing(variable: variable, key)))
            case .failed(let reason): report(.setting(.failed(variable: variable, key, reason: reason)))
            case .noRoom: report(.setting(.noRoom(variable: variable, key)))
            case .unread: report(.setting(.unread(variable: variable, key)))
            }
            return nil
        }
        let authorities = bytes("CERTIFICATE")
        let certificate = bytes("CLIENT_CERTIFICATE")
        let key = bytes("CLIENT_KEY")
        if authorities == nil, certificate == nil, key == nil { return nil }
        do throws(TLSMaterialError) {
            _ = try TLSMaterial(authorities: authorities, certificate: certificate, key: key)
            self.init(
                authorities: authorities.map { .bytes($0) }, certificate: certificate.map { .bytes($0) },
                key: key.map { .bytes($0) })
        } catch {
            report(.material(error))
            return nil
        }
    }
}
