/// What spans tell of one traced process, and how it wants them: plain values, read by the caller.
package struct ProcessFacts: Sendable {
    /// In the pid namespace that is to be shown.
    package var pid: Int32
    /// As /proc/PID/exe has it, its " (deleted)" included.
    package var executablePath: String?
    /// As /proc/PID/comm has it; at most 15 bytes.
    package var commandName: String?
    /// As runtime.Version() has it: "go1.24.11".
    package var goVersion: String?
    /// The environment variable OTEL_SERVICE_NAME.
    package var serviceNameVariable: String?
    /// The environment variable OTEL_RESOURCE_ATTRIBUTES.
    package var resourceAttributesVariable: String?
    /// The environment variable OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS.
    package var knownMethodsVariable: String?
    /// The environment variables that limit spans.
    package var limitVariables: [String: String] = [:]

    package init(
        pid: Int32, executablePath: String? = nil, commandName: String? = nil, goVersion: String? = nil,
        serviceNameVariable: String? = nil, resourceAttributesVariable: String? = nil,
        knownMethodsVariable: String? = nil
    ) {
        self.pid = pid
        self.executablePath = executablePath
        self.commandName = commandName
        self.goVersion = goVersion
        self.serviceNameVariable = serviceNameVariable
        self.resourceAttributesVariable = resourceAttributesVariable
        self.knownMethodsVariable = knownMethodsVariable
    }
}
