/// What is known of a key of a ConfigMap or a Secret.
package enum ObjectValue: Hashable, Sendable {
    case text(String)
    /// There is no such object, or no such key in it.
    case missing
    /// Nobody has read it: that takes rights that nodespan isn't given by default.
    case unread
    /// The API server doesn't give it, for another reason; it is asked again.
    case failed(String)
    /// There is more of them in the namespace than is kept, or it is too long.
    case noRoom
}
