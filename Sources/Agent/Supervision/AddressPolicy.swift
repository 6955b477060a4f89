/// Which addresses a host may have that a pod or a process has named.
package struct AddressPolicy: Hashable, Sendable {
    /// What of the network that is used is this machine's own.
    package enum Loopback: Hashable, Sendable {
        /// Not for who has named the host.
        case forbidden
        /// The same as that of who has named the host.
        case shared
        /// It is another network's, of which nothing else is reached.
        case only
    }

    package let loopback: Loopback
    /// A pod has named it, not a process of none.
    package let isPods: Bool

    package init(loopback: Loopback, isPods: Bool) {
        self.loopback = loopback
        self.isPods = isPods
    }

    /// Why nothing is sent to an address; nil when it may be.
    /// - Parameter address: numeric.
    package func refusal(of address: String) -> String? {
        let begin = "\(isPods ? "the pod" : "its workload") names a host with the address"
        guard let numeric = NumericAddress(address) else { return "\(begin) '\(address)', which is none" }
        if numeric.isLoopback {
            return loopback == .forbidden ? "\(begin) \(address), which is the loopback of this machine" : nil
        }
        if loopback == .only { return "\(begin) \(address), which is not its own loopback, as it has to be" }
        return numeric.isLinkLocal ? "\(begin) \(address), which is link-local or tells a machine what it is" : nil
    }
}
