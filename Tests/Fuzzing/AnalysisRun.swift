import CodeSites
package import GoBinary
import Probes

/// Everything that is ever asked of an executable, asked of one.
package struct AnalysisRun {
    /// Why there was nothing to ask.
    package private(set) var refusal: GoBinaryError?
    /// There is something to trace.
    package private(set) var hasPlan = false
    /// What can't be so, whatever the file says.
    package private(set) var contradictions: [String] = []

    static let types = [
        ("net/http", "Request"), ("net/http", "response"), ("net/url", "URL"), ("runtime", "g"), ("runtime", "hmap"),
        ("internal/runtime/maps", "Map"), ("context", "valueCtx"),
    ].map { (package: $0.0, name: $0.1) }
    static let functionPrefix = "net/http.(*conn).serve"
    private static let inlinedFunctions: Set = [
        "net/http.(*conn).hijacked", "net/http.(*Request).Context", "sync.(*Mutex).Unlock",
    ]

    package init(of source: some ByteSource) {
        let binary: GoBinary
        do throws(GoBinaryError) {
            binary = try GoBinary.read(from: source)
        } catch {
            refusal = error
            return
        }
        plan(binary, fileSize: source.size)
        let isSmall = source.size < Self.smallSize
        askForTypes(binary, isSmall: isSmall)
        askForFunctions(binary, isSmall: isSmall)
    }

    private mutating func plan(_ binary: GoBinary, fileSize: UInt64) {
        guard case .plan(let plan)? = try? Planner().plan(binary) else { return }
        hasPlan = true
        if let point = plan.attachPoints.first, let function = try? binary.functionContaining(point.address) {
            _ = try? binary.arguments(of: function)
        }
        for point in plan.attachPoints + plan.routeAttachPoints {
            if point.fileOffset >= fileSize { contradictions.append("\(point.program) is behind the file's end") }
            if !binary.text.contains(point.address) { contradictions.append("\(point.program) isn't in the code") }
        }
    }

    /// A file that isn't small is asked less, so that more of them can be.
    private func askForTypes(_ binary: GoBinary, isSmall: Bool) {
        _ = try? binary.mapLayout(package: "net/http", name: "Header")
        _ = try? binary.namedType(package: "", name: "error")
        _ = try? binary.interfaceLayout(package: "net/http", name: "ResponseWriter")
        for type in Self.types {
            guard let layout = try? binary.structLayout(package: type.package, name: type.name) else { continue }
            for field in layout.fields.prefix(isSmall ? .max : 3) {
                _ = try? binary.structLayout(at: field.typeAddress)
                _ = try? binary.elementType(of: field.typeAddress)
                _ = try? binary.typeShape(at: field.typeAddress)
                _ = try? binary.fieldPath(field.name, in: layout)
            }
            _ = try? binary.fieldPath("Context.Value.key.nothing", in: layout)
            if let map = layout.fields.first(where: { $0.kind == .map }) {
                _ = try? binary.mapLayout(at: map.typeAddress)
            }
            guard isSmall || type.name == "response", let pointer = layout.pointerTypeAddress else { continue }
            _ = try? binary.itabs(ofType: pointer)
            _ = try? binary.itab(ofType: pointer, for: ("net/http", "ResponseWriter"))
        }
        if isSmall { try? binary.forEachNamedStruct { _ in } }
    }

    private mutating func askForFunctions(_ binary: GoBinary, isSmall: Bool) {
        let text = binary.text
        for address in [text.lowerBound, text.lowerBound + (text.upperBound - text.lowerBound) / 2, text.upperBound] {
            guard let function = try? binary.functionContaining(address) else { continue }
            _ = try? binary.inlinedFunctions(in: function)
            _ = try? binary.arguments(of: function)
        }
        _ = try? binary.inlinedCalls(of: Self.inlinedFunctions)
        guard isSmall else { return }
        // The planner has decoded those that it needs.
        for function in (try? binary.functions(withPrefix: Self.functionPrefix)) ?? [] {
            decode(function, binary)
        }
    }

    private mutating func decode(_ function: Function, _ binary: GoBinary) {
        guard let code = try? binary.code(of: function), code.count < Self.decodedSize,
            var disassembler = try? Disassembler(for: InstructionSet(binary.architecture)),
            let decoded = try? disassembler.decode(code, at: function.address)
        else { return }
        let text = function.address..<function.address + function.size
        let sites = [decoded.prologue, decoded.indirectCall(before: text.upperBound)].compactMap { $0 }
        for site in sites + decoded.directCalls(to: function.address) where !text.contains(site.address) {
            contradictions.append("a site of \(function.name) is outside of it")
        }
    }

    /// Bytes of code, and of a file, of which more is asked.
    private static let decodedSize = 1 << 10
    private static let smallSize: UInt64 = 2 << 20
}
