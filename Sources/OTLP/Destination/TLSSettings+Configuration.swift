internal import NIOSSL

extension TLSSettings {
    /// Reads the files that are named; may block.
    /// - Returns: a configuration, and what was read: as long as that is the same, so is the configuration.
    func load() throws(TLSSettingsError) -> (configuration: TLSConfiguration, contents: [[UInt8]?]) {
        let contents = [try bytes(authorities), try bytes(certificate), try bytes(key)]
        do throws(TLSMaterialError) {
            let material = try TLSMaterial(authorities: contents[0], certificate: contents[1], key: contents[2])
            return (material.configuration, contents)
        } catch {
            throw .material(error)
        }
    }

    /// Reads the files that are named, for what is wrong with them; may block.
    package func check() throws(TLSSettingsError) { _ = try load() }

    private func bytes(_ source: Source?) throws(TLSSettingsError) -> [UInt8]? {
        switch source {
        case nil: return nil
        case .bytes(let bytes): return bytes
        case .file(let file):
            do {
                return try file.read()
            } catch {
                throw .file(path: file.path, reason: "\(error)")
            }
        }
    }
}

/// Why a connection can't be secured as is asked for.
package enum TLSSettingsError: Error, Hashable {
    case file(path: String, reason: String)
    case material(TLSMaterialError)
}

extension TLSSettingsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path, let reason): "\(path) can't be read: \(reason)"
        case .material(let error): "\(error)"
        }
    }
}
