import OTLP
import SystemPackage
import Workloads

/// Finds where spans are to go that a pod or a process says it of. May block: it looks at the process.
struct DestinationWish {
    let settings: WorkloadSettings
    let variables: ExporterVariables
    /// Of which it is; nil for one that has ended.
    let process: ProcessHandle?
    /// The pod's; nil for a process of none.
    var namespace: String?
    /// What is known of ConfigMaps and Secrets.
    var values: [ObjectKey: ObjectValue] = [:]
    /// The operator has written the endpoint down: it is meant as it is seen from here, and not judged by its addresses.
    var isOperators = false

    /// The receiver that is asked for, or else the configuration's first; nil where none is wanted, or there is none.
    func destination(
        by configuration: AgentConfiguration, report: (WishProblem) -> Void
    ) -> DestinationSetting? {
        for problem in variables.problems { report(problem) }
        if let variable = variables.declining {
            report(.declined(variable: variable))
            return nil
        }
        do throws(DestinationRefusal) {
            if variables.exporter == .console { throw .console }
            return try setting(allowedHosts: configuration.allowedEndpoints, report)
        } catch {
            let instead = configuration.destinations.first
            report(.destination(error, instead: instead?.name))
            return instead
        }
    }

    private func setting(
        allowedHosts: [NamePattern], _ report: (WishProblem) -> Void
    ) throws(DestinationRefusal) -> DestinationSetting {
        let policy = DestinationPolicy(allowedHosts: allowedHosts, allowsSockets: isOperators)
        let place = try policy.place(of: variables.named, protocol: variables.protocol, namespace: namespace)
        var receiver = Receiver(endpoint: place.endpoint, headers: variables.headers)
        receiver.compression = variables.compression
        if let timeout = variables.timeout { receiver.timeout = timeout }
        // The variables for certificates are of OTLP alone.
        if place.endpoint.isSecure, variables.exporter == .otlp {
            receiver.tls = TLSSettings(settings, values, of: process, report)
        }
        var setting = DestinationSetting(name: place.endpoint.url, target: .receiver(receiver), batch: variables.batch)
        if isOperators { return setting }
        let isPods = namespace != nil
        if place.isLoopback, let network = try network(for: place.endpoint) {
            receiver.network = network
            setting.target = .receiver(receiver)
            setting.policy = AddressPolicy(loopback: .only, isPods: isPods)
        } else {
            setting.policy = AddressPolicy(loopback: sharesNetwork ? .shared : .forbidden, isPods: isPods)
        }
        return setting
    }

    private var sharesNetwork: Bool { (try? process?.sharesNetwork()) ?? false }

    /// The process's own; nil where that is this process's, too.
    private func network(for endpoint: OTLPEndpoint) throws(DestinationRefusal) -> NetworkNamespace? {
        guard let process else { throw .loopback(endpoint.url, reason: "the process has ended") }
        let descriptor: FileDescriptor
        do throws(ProcfsError) {
            if try process.sharesNetwork() { return nil }
            descriptor = try process.openNetwork()
        } catch {
            throw .loopback(endpoint.url, reason: "\(error)")
        }
        do throws(Errno) {
            return try NetworkNamespace(taking: descriptor)
        } catch {
            throw .loopback(endpoint.url, reason: "\(error)")
        }
    }
}
