import Glibc

/// Starts a thread that waits with nothing blocked, as swift-subprocess's monitor does.
func startUnmaskedThread() {
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { _ in
            var nothing = sigset_t()
            sigemptyset(&nothing)
            while true { pselect(0, nil, nil, nil, nil, &nothing) }
        }, nil)
}
