# cwaudit - build, test, install. `make help` lists the targets.
# GNU make, one file; objects go to $(B). CFLAGS and LDFLAGS are the user's.

VERSION	:= 0.1.0
B	?= build
prefix	?= /usr/local
bindir	?= $(prefix)/bin
sbindir	?= $(prefix)/sbin
mandir	?= $(prefix)/share/man
docdir	?= $(prefix)/share/doc/cwaudit
sysconfdir ?= /etc
unitdir	?= /usr/lib/systemd/system
sysusersdir ?= /usr/lib/sysusers.d

# Reading order, and include order: a file includes only what stands above it.
LIB	:= mem text arena clock problem severity yaml name reader endpoint \
	   inventory_tailoring inventory_settings inventory_host \
	   inventory_index inventory unassessed need request request_write \
	   schedule cert cert_name \
	   cert_extension cert_parse bundle_form bundle_request \
	   bundle_pkcs12 bundle chain trust_path trust cert_cache hello \
	   hello_names hello_write observation revocation \
	   revocation_crl revocation_ocsp subject finding check \
	   check_names check_odd_names check_dates check_key check_chain \
	   check_revocation check_listener check_host fleet check_farm \
	   check_fleet check_dns \
	   rule rule_remedy rule_slot rule_record rule_run rule_fleet diff event \
	   snapshot waivers review explain report page document \
	   report_findings report_review report_json report_csv \
	   report_summary report_text report_inventory report_rule \
	   report_explain report_explain_json
DAEMON	:= file log config_type config notify resolve queue look curl_loop \
	   fetch_sore fetch_url fetch_cache fetch_transfer fetch \
	   attempt dial probe_trace probe_context probe_hello probe_tls probe_https probe \
	   prober setup worker revoker_held revoker writer spot news audit \
	   audit_judge audit_fleet audit_names audit_issuers audit_reload loop \
	   sweep terminal job target command cmd_audit cmd_check cmd_request \
	   cmd_explain
PROGRAMS := cwaudit cwauditd

LIB_ORDER := $(LIB)
DAEMON_ORDER := $(DAEMON)

# Whatever stands on the lists and is already there.
LIB	:= $(foreach m,$(LIB),$(if $(wildcard lib/$m.c),$m))
DAEMON	:= $(foreach m,$(DAEMON),$(if $(wildcard daemon/$m.c),$m))
PROGRAMS := $(foreach m,$(PROGRAMS),$(if $(wildcard daemon/$m.c),$m))

LIB_OBJ	:= $(LIB:%=$B/lib/%.o)
DAEMON_OBJ := $(DAEMON:%=$B/daemon/%.o)
UNIT	:= $(patsubst tests/%.c,$B/tests/%,$(sort $(wildcard tests/test_*.c)))

CC	?= cc
# make V=1 shows the commands
JOBS	:= $(shell nproc 2>/dev/null || echo 1)
Q	:= $(if $(V),,@)
say	= $(if $(V),,@echo "  $1 $2")
WARN	:= $(if $(WERROR),-Werror) -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes \
	   -Wmissing-prototypes -Wvla -Wformat=2 -Wconversion
HARDEN	:= -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
OPT	?= -O2 -g
ALL_CFLAGS = $(WARN) $(HARDEN) $(OPT) -D_GNU_SOURCE \
	   -DCWAUDIT_VERSION='"$(VERSION)"' -Iinclude -pthread $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -pthread $(OPT) $(LDFLAGS)
LIB_LIBS := -lcrypto -lyaml -ljansson -lcsv
DAEMON_LIBS := -lcurl -lssl -levent_core -levent_extra -levent_pthreads -lcares

all: $(PROGRAMS:%=$B/%)

$B/lib/%.o: lib/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC  ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/daemon/%.o: daemon/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC  ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -MMD -MP -c -o $@ $<

$(PROGRAMS:%=$B/%): $B/%: $B/daemon/%.o $(DAEMON_OBJ) $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIBS) $(LIB_LIBS)

# A lib module's test links lib/ alone: that proves that it is pure.
$B/libcwaudit.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR  ,$@)
	$(Q)ar rcs $@ $^

$B/libdaemon.a: $(DAEMON_OBJ)
	@rm -f $@
	$(call say,AR  ,$@)
	$(Q)ar rcs $@ $^

$(UNIT): $B/tests/%: tests/%.c $B/libcwaudit.a $B/libdaemon.a Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -Itests -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $(if $(wildcard lib/$(*:test_%=%).c),$B/libcwaudit.a -lcmocka,\
	    $B/libdaemon.a $B/libcwaudit.a -lcmocka $(DAEMON_LIBS)) $(LIB_LIBS)

# The simulated fleet: servers for the tests and the demonstration.
FLEET_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/fleet/*.c)))

$(FLEET_OBJ): $B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC  ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/fleet -MMD -MP -c -o $@ $<

$B/fleet: $(FLEET_OBJ) $B/libcwaudit.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto -levent_core

# A syslog socket for tests.
$B/logsink: tests/logsink.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

# CRLs and OCSP responses, and what a server should not do with them.
$B/fetchd: tests/fetchd.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -levent_core -levent_extra

# Everything that a change must keep: installs what it lacks, then runs all.
check: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-check
	@$(MAKE) --no-print-directory -j1 check-all

build-check: all $(UNIT) $B/tests/bindto.so $B/fleet $B/logsink $B/fetchd units

check-all: layers check-unit check-files check-fleet check-request \
	   check-daemon check-revocation check-systemd

check-unit: $(UNIT) $B/tests/bindto.so
	@failed=; for t in $(UNIT); do $$t || failed="$$failed $$t"; done; \
	    test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

# The daemon's life: what reaches syslog, signals, reloads.
check-daemon: $B/cwauditd $B/fleet $B/logsink
	@bash tests/it_daemon.sh $B

# Revocation, from the certificate to what is said.
check-revocation: $B/cwaudit $B/fetchd
	@B=$B sh tests/it_revocation.sh

# The same tests with the sanitizers watching.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	    -fno-omit-frame-pointer
SANITIZED := B=build-asan OPT="-O1 -g" HARDEN= CFLAGS="$(SANITIZE)" \
	    LDFLAGS="$(SANITIZE)"
check-sanitizers: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $(SANITIZED) build-check
	@$(MAKE) --no-print-directory -j1 $(SANITIZED) check-unit \
	    check-files check-fleet check-request check-daemon \
	    check-revocation

# The audit of the simulated fleet finds what its table says, no more or less.
check-fleet: $B/fleet $B/cwaudit
	@B=$B sh tests/it_fleet.sh

# cwaudit check against files: its verdicts, and those of other verifiers.
check-files: $B/cwaudit
	@B=$B sh tests/it_check.sh
	@B=$B sh tests/it_verify.sh

# Other projects' odd certificates, of which none stands in this tree.
$B/corpus: tests/corpus.c $B/libcwaudit.a Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $B/libcwaudit.a $(LIB_LIBS)

check-corpus: $B/corpus
	@test -d "$(CORPUS)" || { echo "name a directory with certificates in" \
	    "it: make check-corpus CORPUS=DIRECTORY"; exit 1; }
	@$B/corpus "$(CORPUS)"

# Requests become certificates that are right; one host is told whole.
check-request: $B/fleet $B/cwaudit
	@B=$B sh tests/it_request.sh
	@B=$B sh tests/it_explain.sh

# Real servers, ten kinds of them.
check-servers: deps-servers
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/tests/bindto.so
	@B=$B sh tests/it_servers.sh

# Preloaded into servers that cannot be told an address to listen on.
$B/tests/bindto.so: tests/bindto.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(WARN) -O2 -D_GNU_SOURCE -fPIC -shared -o $@ $< -ldl

# A file includes only what stands above it on the lists.
print-%:
	@echo $($*)

layers:
	@sh tests/layers.sh

# Unit files, with the paths of this build: one daemon, or one a configuration.
UNITS	:= $B/systemd/cwauditd.service $B/systemd/cwauditd@.service
$B/systemd/cwauditd.service: of :=
$B/systemd/cwauditd.service: config := cwauditd
$B/systemd/cwauditd.service: state := cwaudit
$B/systemd/cwauditd@.service: of := , %i
$B/systemd/cwauditd@.service: config := %i
$B/systemd/cwauditd@.service: state := cwaudit/%i

$(UNITS): systemd/cwauditd.service.in Makefile
	@mkdir -p $(@D)
	sed -e 's|@sbindir@|$(sbindir)|; s|@sysconfdir@|$(sysconfdir)|' \
	    -e 's|@of@|$(of)|; s|@config@|$(config)|; s|@state@|$(state)|' \
	    $< > $@

units: $(UNITS)

check-systemd:
	@sh tests/check-unit-files.sh

lint: deps-lint
	@sh tests/lint.sh

# Debian packages that are missing; nothing is started or enabled.
deps:
	@sh tests/deps.sh build
deps-test:
	@sh tests/deps.sh build test
deps-servers:
	@sh tests/deps.sh build test servers
deps-lint:
	@sh tests/deps.sh build test lint

# From nothing to a first audit.
demo: deps
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/fleet
	@B=$B sh tests/demo.sh

# make run INVENTORY=file: audits what is yours.
run: $B/cwaudit
	@$B/cwaudit audit -i "$(INVENTORY)"

# DESTDIR, prefix and the other directories above are honoured.
MAN	:= cwaudit.1 cwauditd.8 cwauditd.yaml.5 cwaudit-inventory.5 \
	   cwaudit-rules.7

install: all units
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(sbindir) \
	    $(DESTDIR)$(docdir)/examples $(DESTDIR)$(sysconfdir)/cwaudit \
	    $(DESTDIR)$(unitdir) $(DESTDIR)$(sysusersdir) \
	    $(foreach s,1 5 7 8,$(DESTDIR)$(mandir)/man$s)
	install -m 755 $B/cwaudit $(DESTDIR)$(bindir)/
	install -m 755 $B/cwauditd $(DESTDIR)$(sbindir)/
	for m in $(MAN); do install -m 644 daemon/$$m \
	    $(DESTDIR)$(mandir)/man$${m##*.}/ || exit 1; done
	install -m 644 $(UNITS) $(DESTDIR)$(unitdir)/
	install -m 644 systemd/cwaudit.sysusers \
	    $(DESTDIR)$(sysusersdir)/cwaudit.conf
	install -m 644 README.md NEWS LICENSE $(DESTDIR)$(docdir)/
	install -m 644 etc/*.yaml etc/examples/*.yaml \
	    $(DESTDIR)$(docdir)/examples/
	for f in cwauditd.yaml inventory.yaml; do \
	    test -e $(DESTDIR)$(sysconfdir)/cwaudit/$$f || install -m 640 \
	    etc/$$f $(DESTDIR)$(sysconfdir)/cwaudit/ || exit 1; done
	@test -n "$(DESTDIR)" || ! command -v systemd-sysusers >/dev/null || \
	    { systemd-sysusers cwaudit.conf && chgrp cwaudit \
	    $(sysconfdir)/cwaudit $(sysconfdir)/cwaudit/*.yaml; }
	@echo "installed; edit $(sysconfdir)/cwaudit/inventory.yaml, then: cwauditd -t"

# Configuration stays.
uninstall:
	rm -f $(DESTDIR)$(bindir)/cwaudit $(DESTDIR)$(sbindir)/cwauditd \
	    $(foreach m,$(MAN),$(DESTDIR)$(mandir)/man$(subst .,,$(suffix $m))/$m) \
	    $(UNITS:$B/systemd/%=$(DESTDIR)$(unitdir)/%) \
	    $(DESTDIR)$(sysusersdir)/cwaudit.conf
	rm -rf $(DESTDIR)$(docdir)

help:
	@echo "make                     build $B/cwaudit and $B/cwauditd"
	@echo "make demo                audit a simulated fleet, from nothing"
	@echo "make check               the tests, from nothing"
	@echo "make run INVENTORY=file  audit your servers"
	@echo "make install             prefix=$(prefix), DESTDIR honoured; uninstall"
	@echo "make check-servers       real servers: GnuTLS, NSS, nginx, Kamailio ..."
	@echo "make check-sanitizers    the tests under ASan and UBSan"
	@echo "make check-corpus CORPUS=dir  files of a directory through cwaudit check"
	@echo "make lint                cppcheck, clang-tidy, gcc -fanalyzer"
	@echo "make deps deps-test      packages that building, and testing, need"
	@echo "make clean"

clean:
	rm -rf $B build-asan

.PHONY: all build-check check check-all check-corpus check-daemon check-files \
	check-fleet check-request check-revocation check-sanitizers \
	check-servers check-systemd check-unit clean demo help install uninstall \
	deps deps-lint deps-servers deps-test layers lint run
-include $(shell find $B -name '*.d' 2>/dev/null)
