import Glibc
package import OTLP
import Workloads

extension TLSSettings {
    static let keys = ["ca", "certificate", "key"]

    /// Bytes of one of the files.
    private static let fileLimit = 1 << 20

    /// Of files of this machine, which are read again when they have changed. What is wrong with them now is complained of.
    init(_ section: ConfigurationSection) {
        func file(_ key: String) -> TLSFile? {
            guard let path = section.text(key) else { return nil }
            if path.hasPrefix("/") { return Self.file(at: path) }
            section.complain(key, "is to be an absolute path")
            return nil
        }
        func contents(_ file: TLSFile?, _ key: String) -> TLSContents? {
            do {
                return try file.map { .of(try $0.read()) }
            } catch {
                section.complain(key, "can't be read: \(error)")
                return nil
            }
        }
        let (authorities, certificate, key) = (file("ca"), file("certificate"), file("key"))
        self.init(
            authorities: authorities.map { .file($0) }, certificate: certificate.map { .file($0) },
            key: key.map { .file($0) })
        if (certificate == nil) != (key == nil) { section.complain("\(TLSMaterialError.half)") }
        let found = [contents(authorities, "ca"), contents(certificate, "certificate"), contents(key, "key")]
        do throws(TLSMaterialError) {
            _ = try TLSMaterial(authorities: found[0], certificate: nil, key: nil)
            if found[1] != nil, found[2] != nil {
                _ = try TLSMaterial(authorities: nil, certificate: found[1], key: found[2])
            }
        } catch {
            section.complain("\(error)")
        }
    }

    /// Of this process's own file system.
    package static func file(at path: String) -> TLSFile {
        TLSFile(path: path, place: "") {
            try ProcessHandle(pid: getpid()).contents(of: path, limit: fileLimit)
        }
    }
}
