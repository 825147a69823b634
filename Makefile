# hsflowd in Swift: build, run, test. `make help` lists the targets.

SWIFT ?= swift
CONFIGURATION ?= release
BUILD := .build/$(CONFIGURATION)
PACKAGES := g++ libvirt-dev
DEB_PACKAGES := debhelper lintian
GUEST_PACKAGES := debootstrap qemu-system-x86 e2fsprogs
TEST_PACKAGES := $(DEB_PACKAGES) $(GUEST_PACKAGES) man-db iproute2 iptables nftables procps strace tshark pmacct \
  nfdump nfdump-sflow ganglia-monitor valgrind tcpdump ethtool libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients \
  dnsmasq-base unbound
RUNS ?= 200000
RELEASE_FLAGS := -c release --static-swift-stdlib --disable-local-rpath

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SHARE = $(DESTDIR)$(PREFIX)/share

.DEFAULT_GOAL := build
.PHONY: help build demo test truth soak interop asan tsan coverage faults bench bench-units bench-check fuzz install
.PHONY: uninstall deb manual system-test test-setup setup lint format clean
.PHONY: guest-test need-swift need-root
export PEER

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
	Tools/test
	@$(MAKE) guest-test

faults: need-swift need-root test-setup build ## make every call of the agent fail in every way: docs/FAULTS.md
	$(SWIFT) build --build-tests
	HSFLOWD_FAULTS=all Tools/test --filter 'SystemTests.*Fault'

fuzz: need-swift ## feed the parsers of outside bytes: make fuzz RUNS=10000000
	Tools/fuzz $(RUNS)

asan: need-swift test-setup ## run the tests with the address sanitizer
	Tools/sanitize address

tsan: need-swift test-setup ## run the tests with the thread sanitizer
	Tools/sanitize thread

coverage: need-swift test-setup ## run the tests and say which lines they reach: .build-coverage/report
	Tools/coverage

bench: need-root build ## measure beside floors in C, and beside another agent: make bench PEER='hsflowd -d -f %c'
	@Tools/install-packages gcc libc6-dev libvirt-dev iproute2 iptables strace
	Benchmarks/packets
	Benchmarks/limits
	Benchmarks/idle
	Benchmarks/polls
	Benchmarks/guests
	@$(MAKE) bench-units

bench-units: need-swift ## measure the pure parts: time, instructions, allocations
	Benchmarks/units

bench-check: ## hold the figures of the last make bench against Benchmarks/budgets
	Benchmarks/check

truth: need-swift test-setup build ## hold every number against the kernel's for ten minutes, and those of guests
	$(SWIFT) build --build-tests
	HSFLOWD_LONG_TESTS=1 Tools/test \
	  --filter 'SystemTests.(TruthTests|VirtualMachineTests|TestDriverTests)|TruthDocumentTests'

soak: need-swift test-setup build ## half an hour of the program under churn, and simulated months: nothing grows
	$(SWIFT) build --build-tests
	HSFLOWD_LONG_TESTS=1 Tools/test --filter 'SoakTests|MonthTests'

install: ## install program, service, manual pages and, where there is none, a configuration
	@test -x $(BUILD)/hsflowd -a -x $(BUILD)/hsflowctl || $(MAKE) build
	install -D -m 755 $(BUILD)/hsflowd $(DESTDIR)$(PREFIX)/sbin/hsflowd
	install -D -m 755 $(BUILD)/hsflowctl $(DESTDIR)$(PREFIX)/bin/hsflowctl
	test -e $(DESTDIR)$(SYSCONFDIR)/hsflowd.conf || \
	  install -D -m 644 etc/hsflowd.conf $(DESTDIR)$(SYSCONFDIR)/hsflowd.conf
	install -d $(DESTDIR)$(UNITDIR)
	sed 's,/usr/sbin/,$(PREFIX)/sbin/,' systemd/hsflowd.service > $(DESTDIR)$(UNITDIR)/hsflowd.service
	chmod 644 $(DESTDIR)$(UNITDIR)/hsflowd.service
	install -D -m 644 systemd/sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/hsflowd.conf
	install -D -m 644 systemd/tmpfiles.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/hsflowd.conf
	install -D -m 644 -t $(SHARE)/hsflowd systemd/libvirt.conf systemd/netns.conf systemd/ports.conf
	install -D -m 644 docs/man/hsflowd.8 $(SHARE)/man/man8/hsflowd.8
	install -D -m 644 docs/man/hsflowd.conf.5 $(SHARE)/man/man5/hsflowd.conf.5
	install -D -m 644 docs/man/hsflowctl.1 $(SHARE)/man/man1/hsflowctl.1
	install -D -m 644 completions/hsflowctl.bash $(SHARE)/bash-completion/completions/hsflowctl
	sed -i '1{/^#!/d}' $(SHARE)/bash-completion/completions/hsflowctl
	install -D -m 644 completions/hsflowctl.zsh $(SHARE)/zsh/vendor-completions/_hsflowctl
	install -D -m 644 completions/hsflowctl.fish $(SHARE)/fish/vendor_completions.d/hsflowctl.fish
	@if [ -z "$(DESTDIR)" ] && [ -d /run/systemd/system ]; then \
	  set -ex; systemd-sysusers hsflowd.conf; systemd-tmpfiles --create hsflowd.conf; systemctl daemon-reload; \
	fi
	@[ -n "$(DESTDIR)" ] || echo "Next: put your collector into $(SYSCONFDIR)/hsflowd.conf, then: systemctl enable --now hsflowd"

uninstall: ## remove what make install put there, except the configuration
	@[ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || systemctl disable --now hsflowd.service || true
	rm -f $(DESTDIR)$(PREFIX)/sbin/hsflowd $(DESTDIR)$(PREFIX)/bin/hsflowctl $(DESTDIR)$(UNITDIR)/hsflowd.service
	rm -f $(DESTDIR)$(PREFIX)/lib/sysusers.d/hsflowd.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/hsflowd.conf
	rm -rf $(SHARE)/hsflowd
	rm -f $(SHARE)/man/man8/hsflowd.8 $(SHARE)/man/man5/hsflowd.conf.5 $(SHARE)/man/man1/hsflowctl.1
	rm -f $(SHARE)/bash-completion/completions/hsflowctl $(SHARE)/zsh/vendor-completions/_hsflowctl
	rm -f $(SHARE)/fish/vendor_completions.d/hsflowctl.fish
	@if [ -L $(DESTDIR)$(SYSCONFDIR)/hsflowd.auto ]; then rm -f $(DESTDIR)$(SYSCONFDIR)/hsflowd.auto; fi
	@[ -n "$(DESTDIR)" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload

# In a copy of what the package is made of: dpkg-buildpackage(1) leaves its results beside the tree.
deb: build ## make the Debian package in .build/deb and check it with lintian
	@Tools/install-packages $(DEB_PACKAGES)
	packaging/build-deb .build/deb
	lintian --fail-on error,warning .build/deb/hsflowd_*.deb

manual: need-swift ## write the keys of the configuration into docs/man/hsflowd.conf.5
	HSFLOWD_MANUAL=write $(SWIFT) test --disable-xctest --filter ManualPageTests

system-test: need-swift need-root build ## install and run the service on a real systemd host, in a virtual machine
	@Tools/install-packages $(DEB_PACKAGES) $(GUEST_PACKAGES)
	$(SWIFT) build --build-tests
	@$(MAKE) guest-test

interop: need-swift need-root build ## what tshark, sfacctd, sfcapd and gmond make of the agent: docs/INTEROP.md
	@Tools/install-packages $(PACKAGES) $(TEST_PACKAGES)
	$(SWIFT) build --build-tests
	Tools/test --filter Interop

# By itself: a virtual machine takes both processors, and other tests measure.
guest-test:
	HSFLOWD_GUEST=.build/guest Tools/test --filter SystemTests.GuestTests

setup: need-root ## install the Debian packages that the build needs
	@Tools/install-packages $(PACKAGES)

test-setup: need-root ## install the Debian packages that build and tests need
	@Tools/install-packages $(PACKAGES) $(TEST_PACKAGES)

lint: need-swift ## check the style
	$(SWIFT) format lint --strict -r Package.swift Sources Tests Fuzz Benchmarks

format: need-swift ## put the style right
	$(SWIFT) format -i -r Package.swift Sources Tests Fuzz Benchmarks

clean: ## remove everything built
	rm -rf .build .build-fuzz .build-asan .build-tsan .build-coverage

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
