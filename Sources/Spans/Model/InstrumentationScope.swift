/// What produced a span: one side of one instrumented library.
package struct InstrumentationScope: Hashable, Sendable {
    package let name: String
    package let version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}
