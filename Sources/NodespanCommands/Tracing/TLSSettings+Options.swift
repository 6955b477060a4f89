import Agent
import ArgumentParser
import Glibc
import OTLP
import SystemPackage

extension TLSSettings {
    /// Of files that are named on the command line: read again when they have changed, and now, so that what is wrong with them
    /// is said.
    init(authorities: String?, certificate: String?, key: String?) throws(ValidationError) {
        func source(_ path: String?) -> Source? {
            path.map { .file(Self.file(at: Self.workingFolder.pushing(FilePath($0)).string)) }
        }
        self.init(authorities: source(authorities), certificate: source(certificate), key: source(key))
        do throws(TLSSettingsError) {
            try check()
        } catch {
            throw ValidationError("--otlp-certificate, --otlp-client-certificate, --otlp-client-key: \(error)")
        }
    }

    private static var workingFolder: FilePath {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return FilePath(String(cString: path))
    }
}
