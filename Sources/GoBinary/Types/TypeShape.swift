/// What a type consists of. Types in it are image-relative addresses of descriptors and their kinds.
package enum TypeShape: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        package var typeAddress: UInt64
        package var kind: Kind
    }

    /// Which ways values go through a channel (`internal/abi.ChanDir`).
    package enum Direction: UInt64, Sendable {
        case receive = 1
        case send
        case both
    }

    /// A number, boolean, string or unsafe pointer.
    case basic
    case array(of: Part, length: UInt64)
    case chan(of: Part, Direction)
    /// A variadic function's last parameter is a slice. A method's receiver is no parameter here.
    case function(parameters: [Part], results: [Part], isVariadic: Bool)
    case interface
    case map(key: Part, element: Part)
    case pointer(to: Part)
    case slice(of: Part)
    case structure
}
