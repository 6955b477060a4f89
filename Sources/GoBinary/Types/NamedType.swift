/// A type that a program declares, of any kind.
package struct NamedType: Sendable, Equatable {
    /// The full import path as the binary has it, so with any vendor prefix. Empty for Go's own types.
    package var package: String
    /// Without the package.
    package var name: String
    package var kind: Kind
    /// Image-relative address of the type's descriptor.
    package var typeAddress: UInt64
    /// Image-relative address of the descriptor of the pointer to it.
    package var pointerTypeAddress: UInt64
}

/// Which copies of a package are meant by an import path.
package enum PackageMatch: Sendable {
    /// The one with that very path. A vendored copy's path has what comes before and `vendor/` in front, for example
    /// `github.com/docker/docker/vendor/`.
    case exact
    /// That one and those that are vendored.
    case anyCopy
}
