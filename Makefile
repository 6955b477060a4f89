# The main ways in: make demo, make test. Every target does its own set-up.
.DEFAULT_GOAL := build
.PHONY: setup setup-tests build demo test lint format bench install clean

PREFIX ?= /usr/local
NODESPAN := .build/release/nodespan

setup:
	@scripts/setup

setup-tests:
	@scripts/setup test
	@scripts/setup-tests

build: setup
	swift build -c release --product nodespan

demo: build
	@scripts/demo $(NODESPAN)

# The end-to-end tests run the release build.
test: setup-tests
	swift build -c release --product nodespan
	swift test

lint: setup-tests
	swift format lint --strict --recursive --parallel Package.swift Plugins Sources Tests
	find bpf \( -name '*.c' -o -name '*.h' \) -print0 | xargs -0 clang-format --dry-run --Werror

format:
	swift format format --in-place --recursive --parallel Package.swift Plugins Sources Tests
	find bpf \( -name '*.c' -o -name '*.h' \) -print0 | xargs -0 clang-format -i

# Measures the release build against its budgets, as root.
bench: setup-tests build
	swift build -c release --product Bench
	.build/release/Bench $(NODESPAN)

install: build
	install -D -m 755 $(NODESPAN) $(DESTDIR)$(PREFIX)/bin/nodespan

clean:
	rm -rf .build
