import Glibc
import TestSupport

/// A program that is the leader of a session on a terminal of its own, as after a login. Killed and reaped when dropped.
struct TerminalProcess: ~Copyable {
    let pid: Int32
    /// -1 once the terminal is lost.
    private var master: CInt
    private(set) var printed = ""
    private var status: CInt?

    /// TIOCSPTLCK and TIOCGPTN of include/uapi/asm-generic/ioctls.h.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430
    /// POSIX_SPAWN_SETSID of spawn.h.
    private static let newSession: Int16 = 0x80

    init(_ arguments: [String]) throws(SystemCallFailure) {
        // posix_openpt(3) and its kin are not in Swift's Glibc: this is what they do.
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (number, unlocked): (CInt, CInt) = (0, 0)
        guard master >= 0, ioctl(master, Self.setLock, &unlocked) == 0, ioctl(master, Self.getNumber, &number) == 0
        else { throw SystemCallFailure("open a terminal", "/dev/ptmx") }
        let name = "/dev/pts/\(number)"
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, Self.newSession)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        // The first terminal that a session's leader opens becomes the session's.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var argv = arguments.map { strdup($0) } + [nil]
        var pid: pid_t = 0
        let code = posix_spawn(&pid, arguments[0], &actions, &attributes, &argv, environ)
        for text in argv { free(text) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        guard code == 0 else {
            close(master)
            throw SystemCallFailure("posix_spawn", arguments[0], code: code)
        }
        self.pid = pid
        self.master = master
    }

    deinit {
        if master >= 0 { close(master) }
        if status == nil {
            kill(pid, SIGKILL)
            var ignored: CInt = 0
            waitpid(pid, &ignored, 0)
        }
    }

    func type(_ keys: String) {
        var keys = keys
        keys.withUTF8 { _ = write(master, $0.baseAddress, $0.count) }
    }

    func send(_ signal: CInt) {
        if status == nil { kill(pid, signal) }
    }

    /// Reads until something is true of what is on the terminal, 20 seconds at most. Returns whether it is.
    mutating func read(until isEnough: (String) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if isEnough(printed) { return true }
            var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 100) > 0 else { continue }
            let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                count = max(0, Glibc.read(master, buffer.baseAddress, buffer.count))
            }
            if bytes.isEmpty { break }
            // The terminal puts a carriage return before each line feed.
            printed += String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        }
        return isEnough(printed)
    }

    /// The exit status, nil when it still runs after the time given. Nothing is read meanwhile.
    mutating func waitForEnd(within limit: Duration) -> CInt? {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            var status: CInt = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                self.status = status
                return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
            }
            poll(nil, 0, 20)
        }
        return nil
    }

    /// Takes the terminal away: whoever held its other end is gone.
    mutating func loseTerminal() {
        close(master)
        master = -1
    }
}
