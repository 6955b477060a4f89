import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// The scripts that nodespan generates, in the shells that they are for.
    @Suite struct `Completion on the command line` {
        /// What is typed, and some of what has to be offered for its last word.
        static let typed: [(words: [String], offered: [String])] = [
            (["nodespan", "doc"], ["doctor"]), (["nodespan", ""], ["trace", "inspect", "doctor", "help"]),
            (["nodespan", "doctor", "--format", ""], ["table", "json"]),
            (["nodespan", "trace", "--sampler", "parent"], ["parentbased_always_on", "parentbased_traceidratio"]),
            (["nodespan", "trace", "--pid", ""], ["\(getpid())"]),
            (["nodespan", "inspect", "/bin/bas"], ["/bin/bash"]),
            (["nodespan", "inspect", "--library", "net/"], ["net/http"]),
            (["nodespan", "trace", "--", "/bin/bas"], ["/bin/bash"]),
        ]

        private static func script(for shell: String, in folder: String) throws -> String {
            let result = try Nodespan.run(["--generate-completion-script", shell])
            try #require(result.code == 0 && result.errors.isEmpty)
            let path = "\(folder)/_nodespan"
            try writeFile(path, Array(result.output.utf8))
            return path
        }

        @Test func `works in bash`() throws {
            let folder = try TemporaryFolder()
            let script = try Self.script(for: "bash", in: folder.path)
            let complete = """
                source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
                _nodespan nodespan "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "${COMPREPLY[@]}"
                """
            for (words, offered) in Self.typed {
                let result = try Command.run(["/bin/bash", "-c", complete, "bash", script] + words)
                let answers = Set(result.output.split(separator: "\n").map(String.init))
                #expect(answers.isSuperset(of: offered), "\(words): \(result)")
            }
        }

        @Test func `works in fish`() throws {
            let folder = try TemporaryFolder()
            let script = try Self.script(for: "fish", in: folder.path)
            for (words, offered) in Self.typed {
                let result = try Command.run(
                    ["/usr/bin/fish", "-c", "source \(script); complete -C '\(words.joined(separator: " "))'"],
                    environment: ["HOME": folder.path])
                // VALUE and a tab before its description.
                let answers = Set(result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
                #expect(answers.isSuperset(of: offered), "\(words): \(result)")
            }
        }

        /// zsh completes for a terminal only: one of its own, in which the word is completed in place.
        @Test(arguments: [
            ("nodespan doc", "nodespan doctor"), ("nodespan doctor --form\tjs", "nodespan doctor --format json"),
            ("nodespan inspect /bin/setpri", "nodespan inspect /bin/setpriv"),
        ])
        func `works in zsh`(typed: String, completed: String) throws {
            let folder = try TemporaryFolder()
            _ = try Self.script(for: "zsh", in: folder.path)
            // What is on the line when Ctrl-X is typed goes to a file.
            let setUp = """
                show() { print -r -- "$BUFFER" >\(folder.path)/line }; zle -N show; bindkey '^X' show; \
                fpath=(\(folder.path) $fpath); autoload -Uz compinit; compinit -u -d \(folder.path)/dump; \
                print READY >\(folder.path)/line
                """
            let drive = """
                zmodload zsh/zpty zsh/zselect; zpty shell zsh -f -i; zpty -w shell \(Self.quoted(setUp))
                wait_for() { local i; for i in {1..500}; do [[ -s \(folder.path)/line ]] && return; zselect -t 2; done }
                wait_for; rm -f \(folder.path)/line; zpty -w -n shell $'\(typed)\\t\\x18'; wait_for; cat \(folder.path)/line
                """
            let result = try Command.run(["/usr/bin/zsh", "-f", "-c", drive], limit: .seconds(30))
            #expect(result.output.hasPrefix(completed), "\(result)")
        }

        private static func quoted(_ text: String) -> String {
            "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
        }
    }
}
