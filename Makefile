# Weir: make, make check, make demo.  `make help` lists the rest.  GNU make; everything lands in build/.

PREFIX ?= /usr/local
sysconfdir ?= /etc
localstatedir ?= /var
DEBUG ?= 0
VERSION := $(shell sed -n 's/^## \[\([0-9][^]]*\)\].*/\1/p' CHANGELOG.md 2>/dev/null | head -n 1)

# What a bare Debian 12 needs, by name of the apt package; `make deps` installs what is missing.
PACKAGES = gcc pkg-config libsqlite3-dev libcjson-dev libssl-dev libcrypt-dev libinih-dev libfcgi-dev tzdata
CHECK_PACKAGES = libcmocka-dev sqlite3 shellcheck nginx-light curl openssl spawn-fcgi
LONG_PACKAGES = clang libclang-rt-14-dev debootstrap
BENCH_PACKAGES = wrk

# pkg-config module : apt package
MODULES = sqlite3:libsqlite3-dev libcjson:libcjson-dev libcrypto:libssl-dev libxcrypt:libcrypt-dev inih:libinih-dev fcgi:libfcgi-dev
MODULE_NAMES := $(foreach m,$(MODULES),$(firstword $(subst :, ,$(m))))

BUILD := build/$(if $(filter 1,$(DEBUG)),debug,release)
CFLAGS ?= -O2 -g
LDFLAGS ?=
WARN = -Wall -Wextra -Wconversion -Wshadow $(if $(filter 1,$(WERROR)),-Werror)
HARDEN = -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero -fPIE
ifeq ($(DEBUG),1)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else
HARDEN += -D_FORTIFY_SOURCE=2
endif
ALL_CPPFLAGS = -Ilib/base -Ilib/funnel $(TEST_INCLUDE) -D_GNU_SOURCE -DWEIR_VERSION='"$(or $(VERSION),0.0.0)"' \
	-DWEIR_SYSCONFDIR='"$(sysconfdir)"' -DWEIR_LOCALSTATEDIR='"$(localstatedir)"' \
	-DWEIR_DATADIR='"$(PREFIX)/share/weir"' $(PKG_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS = -std=gnu17 $(WARN) $(HARDEN) $(SANITIZE) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE) $(LDFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(MODULE_NAMES) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(MODULE_NAMES) 2>/dev/null)

LIB_SRC := $(wildcard lib/base/*.c lib/funnel/*.c)
ADMIN_SRC := $(wildcard admin/*.c)
CGI_SRC := $(filter-out cgi/collect%,$(wildcard cgi/*.c))
COLLECT_SRC := $(wildcard cgi/collect*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c)
FAULT_SRC := $(wildcard tests/faults/*.c)
BENCH_SRC := $(wildcard tests/bench/*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
MIGRATIONS := $(sort $(wildcard schema/migrations/*.sql))

LIB := $(BUILD)/libweir.a
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gen/migrations.o
WEIR := $(BUILD)/bin/weir
COLLECT := $(BUILD)/bin/weir-collect
CGI_LIB := $(BUILD)/libcgi.a
UNIT := $(UNIT_SRC:%.c=$(BUILD)/%)
FAULT := $(FAULT_SRC:%.c=$(BUILD)/%)
BENCH := $(BENCH_SRC:%.c=$(BUILD)/%)
# One short line a file; V=1 shows the commands whole.
Q := $(if $(filter 1,$(V)),,@)
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all check check-unit check-e2e check-faults check-run demo bench fuzz soak prove install uninstall lint bless clean help deps modules

all: modules $(WEIR) $(COLLECT)

modules:
	@for m in $(MODULES); do pkg-config --exists $${m%%:*} 2>/dev/null || \
	    { echo "make: the library $${m%%:*} is missing: apt-get install $${m##*:}   (or: make deps)" >&2; exit 1; }; done

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(CGI_LIB): $(CGI_SRC:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(Q)ar rcs $@ $^

$(COLLECT): $(COLLECT_SRC:%.c=$(BUILD)/%.o) $(CGI_LIB) $(LIB)
	@mkdir -p $(@D); echo "  link $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(WEIR): $(ADMIN_SRC:%.c=$(BUILD)/%.o) $(LIB)
	@mkdir -p $(@D); echo "  link $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Objects carry paths and flags: when those change, everything is built anew.
FLAGS := $(BUILD)/flags
FLAGS_NOW := $(subst ','\'',$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS))
$(FLAGS): always
	@mkdir -p $(@D); echo '$(FLAGS_NOW)' > $@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: always

$(BUILD)/%.o: %.c $(FLAGS)
	@mkdir -p $(@D); echo "  cc   $<"
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# SQL is part of the program: each file becomes one string, so that binary and schema never disagree.
$(BUILD)/gen/migrations.c: $(MIGRATIONS) schema/embed.awk
	@mkdir -p $(@D)
	$(Q)awk -f schema/embed.awk $(MIGRATIONS) > $@

$(BUILD)/tests/%.o: TEST_INCLUDE = -Itests/support -Icgi
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(SUPPORT_SRC:%.c=$(BUILD)/%.o) $(CGI_LIB) $(LIB)
	@echo "  link $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -ldl -lpthread

-include $(LIB_OBJ:.o=.d) $(ADMIN_SRC:%.c=$(BUILD)/%.d) $(CGI_SRC:%.c=$(BUILD)/%.d) $(COLLECT_SRC:%.c=$(BUILD)/%.d) $(UNIT:=.d) $(FAULT:=.d) $(BENCH:=.d)

# Tests: sanitizers on every suite, warnings are errors.  tests/run.sh counts and prints the closing line.
check: deps
	+@$(MAKE) --no-print-directory DEBUG=1 WERROR=1 check-run

check-run: all $(UNIT) $(FAULT)
	@tests/run.sh $(BUILD) lint unit e2e faults

check-unit check-e2e check-faults:
	+@$(MAKE) --no-print-directory DEBUG=1 WERROR=1 $(@:check-%=run-%)
run-%: all $(UNIT) $(FAULT)
	@tests/run.sh $(BUILD) $*

deps:
	@tests/deps.sh $(PACKAGES) $(CHECK_PACKAGES)

clean:
	rm -rf build

help:
	@sed -n 's/^#: //p' Makefile

lint:
	@tests/run.sh $(BUILD) lint

# Goldens are rewritten from what the programs say now; the review reads the difference.
bless: all
	@for t in tests/e2e/story.sh; do BUILD=$(BUILD) BLESS=1 $$t > /dev/null || exit 1; done; git --no-pager diff --stat -- tests/goldens

# A filled account to look at, until there are pages: 20,000 events of a believable funnel below build/demo.
demo: deps
	+@$(MAKE) --no-print-directory demo-run
demo-run: all $(BUILD)/tests/bench/make_events
	@BUILD=$(BUILD) tests/demo.sh

# What takes long or needs root, and so is no part of `check`.
fuzz:
	@tests/deps.sh $(PACKAGES) $(LONG_PACKAGES)
	+@tests/fuzz.sh $(or $(SECONDS),60) $(TARGETS)

# Release builds: sanitizers would be measured, not the code.
bench: deps
	@tests/deps.sh $(BENCH_PACKAGES)
	+@$(MAKE) --no-print-directory bench-run
bench-run: all $(BENCH)
	@for b in tests/bench/*.sh; do echo "$$b"; BUILD=$(BUILD) $$b || exit 1; done

soak: deps
	+@$(MAKE) --no-print-directory soak-run
soak-run: all $(FAULT)
	@SOAK=1 tests/run.sh $(BUILD) faults

prove:
	@tests/deps.sh debootstrap git
	@tests/prove.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(WEIR) $(DESTDIR)$(PREFIX)/bin/weir
	install -d $(DESTDIR)$(PREFIX)/libexec/weir $(DESTDIR)$(PREFIX)/share/weir/templates/public
	install -m 755 $(COLLECT) $(DESTDIR)$(PREFIX)/libexec/weir/weir-collect
	install -m 644 $(wildcard templates/public/*.mustache) $(DESTDIR)$(PREFIX)/share/weir/templates/public/
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 nginx.weir.inc nginx.conf.example $(DESTDIR)$(PREFIX)/share/weir/
	install -m 644 docs/weir.1 $(DESTDIR)$(PREFIX)/share/man/man1/

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/weir $(DESTDIR)$(PREFIX)/libexec/weir/weir-collect \
	    $(DESTDIR)$(PREFIX)/share/man/man1/weir.1
	rm -rf $(DESTDIR)$(PREFIX)/share/weir

#: make              build/release/bin/weir; DEBUG=1 with sanitizers below build/debug, WERROR=1 stops at warnings
#: make deps         install the Debian packages that building and testing need
#: make check        every test there is, with sanitizers and warnings as errors
#: make check-unit   one suite alone: check-unit, check-e2e, check-faults
#: make lint         layers, seed map, shell scripts
#: make demo         an account with 20,000 events of a believable funnel, below build/demo
#: make bench        figures beside a plain C loop, on this machine
#: make soak         the fault suites at full length: 10,000 kills, 5,000 crash images
#: make bless        rewrite tests/goldens from what the programs say now
#: make fuzz         every fuzz target for a minute; SECONDS=600 for longer, TARGETS='json text' for some
#: make prove        make check of HEAD on a bare Debian 12, made for the purpose (root, debootstrap)
#: make install      to PREFIX (/usr/local) below DESTDIR; uninstall takes it away
#: make clean        remove build/
