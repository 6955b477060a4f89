package import CodeSites
package import GoBinary

/// Why a plan could not be made, for a reason that isn't the binary's shape.
package enum PlanningError: Error, Sendable, Equatable, CustomStringConvertible {
    case io(ByteSourceError)
    case decoder(CodeError)

    package var description: String {
        switch self {
        case .io(let error): error.description
        case .decoder(let error): error.description
        }
    }
}

extension GoBinaryError {
    /// A binary that contradicts itself lacks the thing that was asked for; a file that can't be read is a failure.
    func rethrowUnlessShape() throws(PlanningError) {
        if case .io(let error) = self { throw .io(error) }
    }
}
