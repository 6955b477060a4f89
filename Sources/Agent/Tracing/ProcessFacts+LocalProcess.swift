package import Spans
package import Workloads

extension ProcessFacts {
    /// What a running process tells of itself.
    package init(of process: LocalProcess, goVersion: String) {
        self.init(
            pid: process.pid, executablePath: process.executablePath, commandName: process.commandName,
            goVersion: goVersion, environment: process.environment)
    }

    /// What is known of a program that is about to be launched; its pid isn't.
    package init(launching path: String, goVersion: String, environment: [String: String]) {
        self.init(
            pid: 0, executablePath: path, commandName: nil, goVersion: goVersion, environment: environment)
    }

    private init(
        pid: Int32, executablePath: String, commandName: String?, goVersion: String, environment: [String: String]
    ) {
        self.init(
            pid: pid, executablePath: executablePath, commandName: commandName,
            goVersion: goVersion.isEmpty ? nil : goVersion)
        setVariables(environment)
    }

    /// Has the resource made of these variables.
    mutating func setVariables(_ environment: [String: String]) {
        serviceNameVariable = environment["OTEL_SERVICE_NAME"]
        resourceAttributesVariable = environment["OTEL_RESOURCE_ATTRIBUTES"]
        knownMethodsVariable = environment["OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"]
        limitVariables = environment.filter { SpanLimit.variables.contains($0.key) }
    }
}
