internal import NIOSSL

extension TLSSettings {
    /// Reads the files that are named; may block.
    /// - Returns: a configuration, and what was read: as long as that is the same, so is the configuration.
    func load() throws(TLSSettingsError) -> (configuration: TLSConfiguration, contents: [TLSContents?]) {
        let contents = [try contents(authorities), try contents(certificate), try contents(key)]
        do throws(TLSMaterialError) {
            let material = try TLSMaterial(authorities: contents[0], certificate: contents[1], key: contents[2])
            return (material.configuration, contents)
        } catch {
            throw .material(error)
        }
    }

    /// Reads the files that are named, for what is wrong with them; may block.
    package func check() throws(TLSSettingsError) { _ = try load() }

    private func contents(_ source: Source?) throws(TLSSettingsError) -> TLSContents? {
        switch source {
        case nil: return nil
        case .contents(let contents): return contents
        case .file(let file):
            do {
                return .of(try file.read())
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
