/// Every library that there are BPF programs for.
package struct Catalogue: Sendable {
    var libraries: [LibraryEntry]

    /// What this version of nodespan traces.
    package static let standard = Catalogue(
        libraries: [.netHTTPServer, .bundledHTTP2Server, .internalHTTP2Server, .xNetHTTP2Server]
            + [.serveMuxRoutes, .serveMuxRoutesBefore122, .gorillaRoutes, .ginRoutes] + LibraryEntry.chiRoutes
            + LibraryEntry.echoRoutes)
}
