/// What makes a pod's programs to be traced.
package enum Trigger: String, CaseIterable, Comparable, Sendable {
    /// `inject-go` asks for it by name.
    case go = "inject-go"
    /// `inject-sdk` asks for an SDK's settings, whatever the language; a program without one is traced in its place.
    case sdk = "inject-sdk"

    var annotation: Annotation {
        switch self {
        case .go: .injectGo
        case .sdk: .injectSDK
        }
    }

    var containerNames: Annotation {
        switch self {
        case .go: .goContainerNames
        case .sdk: .sdkContainerNames
        }
    }

    package static func < (one: Trigger, other: Trigger) -> Bool { one == .go && other == .sdk }
}
