/// How much is kept of the ConfigMaps and Secrets that Instrumentations name: of a namespace, so that none takes the room of
/// others, and of all.
enum ObjectLimits {
    static let objects = 32
    /// Of one object.
    static let keys = 64
    /// Bytes of a value: the kernel's MAX_ARG_STRLEN.
    static let value = 131_072
    /// Bytes of the values of a namespace.
    static let size = 512 << 10
    static let allObjects = 1024
    static let allSize = 8 << 20
}
