internal import CBPF

/// Routers that show which route was taken. Each of their probes is one more hit per request.
extension LibraryEntry {
    /// http.ServeMux writes the pattern to the request that it was handed, which behind middleware is a copy that may be
    /// garbage by the end; over HTTP/2 from Go 1.27 on, the server itself has none. But `findHandler` returns it to
    /// `(*ServeMux).ServeHTTP`, once per request.
    static let serveMuxRoutes = serveMuxRoutes(
        finder: "net/http.(*ServeMux).findHandler",
        // With GODEBUG=httpmuxgo121=1, the default of modules for Go 1.21.
        others: ["net/http.(*serveMux121).findHandler"])

    /// Up to Go 1.21, `(*ServeMux).Handler` returns it, and no request shows it at all.
    static let serveMuxRoutesBefore122 = serveMuxRoutes(finder: "net/http.(*ServeMux).Handler", others: [])

    private static let serveMux = "net/http.(*ServeMux).ServeHTTP"

    private static func serveMuxRoutes(finder: String, others: [String]) -> LibraryEntry {
        LibraryEntry(
            name: "net/http routes", anchor: serveMux, purpose: .routes,
            probes: [returned(by: finder, .required)]
                + others.map {
                    returned(by: $0, .optional(loss: "no route with GODEBUG=httpmuxgo121=1"))
                },
            fields: [FieldNeed(.required, [.goroutineID])])
    }

    private static func returned(by finder: String, _ need: Need) -> ProbeEntry {
        ProbeEntry(
            program: "http_route_returned", rate: .onDemand, need: need,
            candidates: [
                CandidateSite(function: .named(serveMux), place: .behindCalls(to: finder))
            ])
    }

    /// gorilla/mux: `(*Router).ServeHTTP` calls `requestWithRoute(request, route)`.
    static let gorillaRoutes = routes(
        name: "github.com/gorilla/mux routes", package: "github.com/gorilla/mux", router: .gorilla,
        program: "http_route_chosen", function: "(*Router).ServeHTTP",
        // requestWithRoute(r *http.Request, route *Route)
        callee: "github.com/gorilla/mux.requestWithRoute", arguments: "8 8",
        fields: [
            FieldEntry(
                TypeName(package: "github.com/gorilla/mux", name: "Route"), "routeConf.regexp.path", .word,
                \.[router: .gorilla].pointer),
            FieldEntry(
                TypeName(package: "github.com/gorilla/mux", name: "routeRegexp"), "template", .string,
                \.[router: .gorilla].text),
        ])

    /// gin: `(*Engine).ServeHTTP` gives the request's context back to a pool.
    static let ginRoutes = pooledRoutes(
        name: "github.com/gin-gonic/gin routes", package: "github.com/gin-gonic/gin", router: .gin,
        function: "(*Engine).ServeHTTP", context: "Context", "fullPath", .string, \.[router: .gin].text)

    /// chi: so does `(*Mux).ServeHTTP` of the outermost router, with the templates of all nested ones.
    static let chiRoutes = ["github.com/go-chi/chi/v5", "github.com/go-chi/chi"].map {
        pooledRoutes(
            name: "github.com/go-chi/chi routes", package: $0, router: .chi, function: "(*Mux).ServeHTTP",
            context: "Context", "RoutePatterns", .slice, \.[router: .chi].texts)
    }

    /// echo: so does `(*Echo).ServeHTTP`.
    static let echoRoutes = ["github.com/labstack/echo/v4", "github.com/labstack/echo"].map {
        pooledRoutes(
            name: "github.com/labstack/echo routes", package: $0, router: .echo, function: "(*Echo).ServeHTTP",
            context: "context", "path", .string, \.[router: .echo].text)
    }

    /// A router that gives the context of a request back to a pool behind the handler.
    private static func pooledRoutes(
        name: String, package: String, router: HTTPRouter, function: String, context: String, _ field: String,
        _ shape: FieldEntry.Shape, _ fact: any WritableKeyPath<ns_binary_facts, ns_offset> & Sendable
    ) -> LibraryEntry {
        routes(
            name: name, package: package, router: router, program: "http_route_pooled", function: function,
            // (p *Pool) Put(x any)
            callee: "sync.(*Pool).Put", arguments: "8 {8 8}",
            fields: [FieldEntry(TypeName(package: package, name: context), field, shape, fact)])
    }

    private static func routes(
        name: String, package: String, router: HTTPRouter, program: String, function: String, callee: String,
        arguments: String, fields: [FieldEntry]
    ) -> LibraryEntry {
        LibraryEntry(
            name: name, anchor: "\(package).\(function)", purpose: .routes, variant: router.variant,
            probes: [
                ProbeEntry(
                    program: program, rate: .onDemand, need: .required,
                    candidates: [
                        CandidateSite(
                            function: .named("\(package).\(function)"), place: .calls(to: callee), arguments: arguments)
                    ])
            ],
            fields: [FieldNeed(.required, [.goroutineID]), FieldNeed(.required, fields)])
    }
}

/// A router that the programs know: `enum ns_router`.
enum HTTPRouter: Hashable, Sendable {
    case gorilla
    case gin
    case chi
    case echo

    var variant: UInt32 {
        switch self {
        case .gorilla: NS_ROUTER_GORILLA.rawValue
        case .gin: NS_ROUTER_GIN.rawValue
        case .chi: NS_ROUTER_CHI.rawValue
        case .echo: NS_ROUTER_ECHO.rawValue
        }
    }
}

extension ns_binary_facts {
    /// What the programs know of one router.
    subscript(router router: HTTPRouter) -> ns_route_facts {
        get {
            switch router {
            case .gorilla: routes.0
            case .gin: routes.1
            case .chi: routes.2
            case .echo: routes.3
            }
        }
        set {
            switch router {
            case .gorilla: routes.0 = newValue
            case .gin: routes.1 = newValue
            case .chi: routes.2 = newValue
            case .echo: routes.3 = newValue
            }
        }
    }
}
