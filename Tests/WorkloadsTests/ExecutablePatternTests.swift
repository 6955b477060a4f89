import Testing
import Workloads

@Suite struct `A pattern of executables` {
    @Test(arguments: [
        ("server", "/srv/server", true), ("server", "/srv/server2", false), ("server", "/server/other", false),
        ("serv*", "/opt/a/server", true), ("*", "/bin/true", true), ("s?rver", "/srv/server", true),
        ("[rs]erver", "/srv/server", true), ("[!rs]erver", "/srv/server", false), ("\\*", "/srv/*", true),
        ("\\*", "/srv/server", false), ("/srv/server", "/srv/server", true), ("/srv/*", "/srv/a/server", true),
        ("*/server", "/srv/a/server", true), ("/srv", "/srv/server", false), ("srv/server", "/srv/server", false),
        ("server", "/srv/server (deleted)", true), ("/srv/server", "/srv/server (deleted)", true),
        ("memfd:name", "/memfd:name (deleted)", true), (".hidden", "/srv/.hidden", true), ("*", "/srv/.hidden", true),
        ("[", "/srv/[", true),
    ])
    func `is matched as fnmatch(3) does`(pattern: String, path: String, matches: Bool) throws {
        #expect(try #require(ExecutablePattern(pattern)).matches(path) == matches)
    }

    @Test(arguments: [
        ("server", "server"), ("serv*", "serv"), ("*", ""), ("a[bc]d", "a"), ("a?", "a"), ("a\\*", "a"),
        ("/srv/server", "server"), ("/srv/*/server", "server"), ("/srv/serv*", ""), ("/srv/", ""),
        ("/srv/[a/b]c", ""),
    ])
    func `says how the names begin that match`(pattern: String, beginning: String) throws {
        #expect(try #require(ExecutablePattern(pattern)).nameBeginning == beginning)
    }

    @Test(arguments: ["", "a\0b"])
    func `isn't any text`(text: String) {
        #expect(ExecutablePattern(text) == nil)
    }
}
