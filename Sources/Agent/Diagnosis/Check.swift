/// Something that tracing needs of the machine. Each looks for itself, and leaves the machine as it was.
protocol Check: Sendable {
    func results(on host: Host) async -> [CheckResult]
}

/// The machine that is checked, seen by this process.
package struct Host: Sendable {
    let files: HostFiles
    let privileges: Privileges
    /// Where nodespan records what it arms.
    let recordFolder: String
    /// A program that ends at once without doing anything, with arguments; it is started to see whether that is noticed.
    let idleProgram: [String]

    package init(files: HostFiles, privileges: Privileges, recordFolder: String, idleProgram: [String]) {
        self.files = files
        self.privileges = privileges
        self.recordFolder = recordFolder
        self.idleProgram = idleProgram
    }
}
