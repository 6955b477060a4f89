# The main ways in: make demo, make test. Every target does its own set-up.
.DEFAULT_GOAL := build
.PHONY: setup setup-tests build demo test test-kernels test-cluster churn load fuzz lint format bench install clean

PREFIX ?= /usr/local
NODESPAN := .build/release/nodespan
# One file that needs no Swift runtime beside it, and no trace of where it was built.
RELEASE := -c release --static-swift-stdlib -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=nodespan -Xcc -ffile-prefix-map=$(CURDIR)=nodespan -Xlinker --strip-debug --product nodespan

setup:
	@scripts/setup

setup-tests:
	@scripts/setup test
	@scripts/setup-tests

build: setup
	swift build $(RELEASE)

demo: build
	@scripts/demo $(NODESPAN)

# Apart: the tests of the analyser keep all processors busy, others wait for things to happen. The end-to-end tests run the
# release build, by themselves: they load the machine and measure what it does. The kernel tests do so on other kernels, in
# virtual machines.
ANALYSER_TESTS := GoBinaryTests CodeSitesTests ProbesTests
test: setup-tests
	swift build $(RELEASE)
	swift build --build-tests
	swift test --skip-build $(ANALYSER_TESTS:%=--filter %)
	swift test --skip-build --skip EndToEndTests --skip KernelTests $(ANALYSER_TESTS:%=--skip %)
	swift test --skip-build --filter EndToEndTests
	swift test --skip-build --filter KernelTests

# Prints which feature works on which kernel: all of them, on the kernels of Debian's suites that are named, 6.12 under as much
# load as is said: requests through a chain of services, and for how long requests are compared with what they are untraced; and
# there with the programs of three Debian releases.
KERNELS ?= bullseye bookworm bookworm-backports sid
KERNEL_REQUESTS ?= 10000
KERNEL_SECONDS ?= 600
test-kernels: setup-tests
	swift build $(RELEASE)
	swift build --build-tests
	NODESPAN_KERNELS="$(KERNELS)" NODESPAN_KERNEL_REQUESTS=$(KERNEL_REQUESTS) NODESPAN_KERNEL_SECONDS=$(KERNEL_SECONDS) \
	    swift test --skip-build --filter KernelTests

# The agent of a node on a real Kubernetes API server, with etcd behind it, beside the stand-in that the other tests have; and
# for how long nothing can be asked of it.
CLUSTER_SECONDS ?= 180
test-cluster:
	@scripts/setup cluster
	@scripts/setup-tests cluster
	swift build $(RELEASE)
	swift build --build-tests
	NODESPAN_CLUSTER=kubernetes NODESPAN_CLUSTER_SECONDS=$(CLUSTER_SECONDS) \
	    swift test --skip-build --filter 'EndToEnd.*agent of a node'

# Has programs come and go and rules change for DURATION seconds, and looks at what the agent holds before and after.
DURATION ?= 3600
churn: setup-tests
	swift build $(RELEASE)
	swift build --build-tests
	NODESPAN_CHURN_SECONDS=$(DURATION) swift test --skip-build --filter programs.come.and.go

# Has four programs answer LOAD_RATE requests a second, together, for SECONDS, and prints what their spans cost the agent on their
# way to a receiver by gRPC and one by HTTP. It fails when one is lost, or not in the books.
SECONDS ?= 600
LOAD_RATE ?= 10000
load: setup-tests
	swift build $(RELEASE)
	swift build --build-tests
	NODESPAN_LOAD_SECONDS=$(SECONDS) NODESPAN_LOAD_RATE=$(LOAD_RATE) swift test --skip-build --filter agent.under.load

# Has the whole analyser read programs and small files that are changed at random, guided by what they reach. One that it
# takes badly is left among the fixtures, which the tests replay. FUZZ has more of libFuzzer's options.
FUZZ_SECONDS ?= 60
FUZZ ?=
fuzz: setup-tests
	NODESPAN_FUZZ=1 swift build -c release --product Fuzz --scratch-path .build/fuzz \
	    -Xswiftc -sanitize=fuzzer -Xswiftc -use-ld=lld
	mkdir -p .build/fuzz/corpus Tests/Fixtures/hostile
	SWIFT_BACKTRACE=enable=no .build/fuzz/release/Fuzz -verbosity=0 -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -max_len=4200 -len_control=0 -entropic_scale_per_exec_time=1 -artifact_prefix=Tests/Fixtures/hostile/ $(FUZZ) \
	    .build/fuzz/corpus Tests/Fixtures/hostile

lint:
	@scripts/setup test
	swift format lint --strict --recursive --parallel Package.swift Plugins Sources Tests
	find bpf \( -name '*.c' -o -name '*.h' \) -print0 | xargs -0 clang-format --dry-run --Werror
	@scripts/compile-bpf
	test -z "$$(gofmt -l Tests/Fixtures | tee /dev/stderr)"

format:
	swift format format --in-place --recursive --parallel Package.swift Plugins Sources Tests
	find bpf \( -name '*.c' -o -name '*.h' \) -print0 | xargs -0 clang-format -i
	gofmt -w Tests/Fixtures

# Measures the release build against its budgets, as root. Apart, since the two are built with other options.
bench: setup-tests build
	swift build -c release --product Bench --scratch-path .build/bench
	.build/bench/release/Bench $(NODESPAN)

install: build
	install -D -m 755 $(NODESPAN) $(DESTDIR)$(PREFIX)/bin/nodespan
	for place in bash:bash-completion/completions/nodespan zsh:zsh/site-functions/_nodespan \
	    fish:fish/vendor_completions.d/nodespan.fish; do \
	    file=$(DESTDIR)$(PREFIX)/share/$${place#*:} && mkdir -p "$${file%/*}" && \
	    $(NODESPAN) --generate-completion-script $${place%%:*} >"$$file" || exit; \
	done

clean:
	rm -rf .build
