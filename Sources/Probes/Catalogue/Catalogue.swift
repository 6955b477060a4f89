/// Every library that there are BPF programs for.
package struct Catalogue: Sendable {
    var libraries: [LibraryEntry]

    /// What this version of nodespan traces.
    package static let standard = Catalogue(
        libraries: [
            .netHTTPServer, .bundledHTTP2Server, .internalHTTP2Server, .xNetHTTP2Server, .grpcServer, .grpcClient,
        ]
            + [.netHTTPClient, .bundledHTTP2Client, .internalHTTP2Client, .xNetHTTP2Client]
            + [.serveMuxRoutes, .serveMuxRoutesBefore122, .gorillaRoutes, .ginRoutes] + LibraryEntry.chiRoutes
            + LibraryEntry.echoRoutes + [.httpPropagation, .bundledHTTP2Propagation, .internalHTTP2Propagation]
            + [.xNetHTTP2Propagation, .grpcPropagation, .grpcClientHeader])

    /// The names of the libraries, each once.
    package var names: [String] {
        libraries.map(\.name).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
