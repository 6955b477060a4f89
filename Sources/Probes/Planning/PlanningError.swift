package import CodeSites
package import GoBinary

/// Why it can't be told what a binary has.
package enum PlanningError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file can't be read, or its function table contradicts itself.
    case binary(GoBinaryError)
    case decoder(CodeError)

    package var description: String {
        switch self {
        case .binary(let error): error.description
        case .decoder(let error): error.description
        }
    }
}

extension GoBinaryError {
    /// Something that contradicts itself counts as missing; a file that can't be read, or takes too long, is a failure.
    func rethrowUnlessShape() throws(PlanningError) {
        switch self {
        case .io, .overBudget: throw .binary(self)
        default: break
        }
    }
}
