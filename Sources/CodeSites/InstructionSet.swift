/// What machine code is written in.
package enum InstructionSet: Sendable, Hashable, CaseIterable {
    case amd64
    case arm64
}
