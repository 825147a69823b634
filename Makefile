# hsflowd in Swift: build, run, test. `make help` lists the targets.

SWIFT ?= swift
CONFIGURATION ?= release
BUILD := .build/$(CONFIGURATION)
PACKAGES := g++ libvirt-dev
TEST_PACKAGES := iproute2 iptables nftables procps strace tshark pmacct ganglia-monitor valgrind tcpdump ethtool \
  libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 dnsmasq-base unbound
RUNS ?= 200000
RELEASE_FLAGS := -c release --static-swift-stdlib

.DEFAULT_GOAL := build
.PHONY: help build demo test bench fuzz test-setup setup lint format clean need-swift need-root

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: need-swift .build/slib ## build the release: .build/release/hsflowd and hsflowctl
	$(SWIFT) build $(RELEASE_FLAGS) --product hsflowd
	$(SWIFT) build $(RELEASE_FLAGS) --product hsflowctl

demo: need-swift setup build ## run the agent in the foreground and print what it sends
	@echo "--- sending to 127.0.0.1:6343 once a second, printing every datagram; Ctrl-C ends it"
	@mkdir -p .build/demo
	@$(BUILD)/hsflowd --print -f etc/demo.conf -o .build/demo/hsflowd.auto

test: need-swift test-setup lint build ## check the style and run all tests
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --disable-xctest

fuzz: need-swift ## feed the parsers of outside bytes: make fuzz RUNS=10000000
	Tools/fuzz $(RUNS)

bench: need-root build ## measure the packet sources beside a floor in C
	@Tools/install-packages gcc libc6-dev iproute2 iptables
	Benchmarks/packets

setup: need-root ## install the Debian packages that the build needs
	@Tools/install-packages $(PACKAGES)

test-setup: need-root ## install the Debian packages that build and tests need
	@Tools/install-packages $(PACKAGES) $(TEST_PACKAGES)

lint: need-swift ## check the style
	$(SWIFT) format lint --strict -r Package.swift Sources Tests Fuzz

format: need-swift ## put the style right
	$(SWIFT) format -i -r Package.swift Sources Tests Fuzz

clean: ## remove everything built
	rm -rf .build .build-fuzz

# A folder that holds only the static C++ runtime, so that the linker finds no other. Without it the build
# falls back to the shared one.
.build/slib:
	@mkdir -p $@
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" $@/libstdc++.a
	@ln -sf "$$(gcc -print-file-name=libgcc_eh.a)" $@/libgcc_s.a

need-swift:
	@command -v $(SWIFT) >/dev/null || { \
	  echo "Swift 6.2 or later is needed and is not here."; \
	  echo "Get it from https://www.swift.org/install/linux (swiftly installs it with one command),"; \
	  echo "then run this again; under sudo make sure that swift is on root's PATH."; \
	  exit 1; }

need-root:
	@[ "$$(id -u)" = 0 ] || { echo "This installs packages: run it with sudo."; exit 1; }
