package import CodeSites
package import GoBinary

extension InstructionSet {
    /// What a program's code is in.
    package init(_ architecture: GoBinary.Architecture) {
        self =
            switch architecture {
            case .amd64: .amd64
            case .arm64: .arm64
            }
    }
}
