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
LIB	:= base/mem base/text base/arena base/libctx base/sha256 base/clock base/problem \
	   base/severity base/node base/name base/reader \
	   inventory/endpoint inventory/inventory_tailoring \
	   inventory/inventory_settings inventory/inventory_host \
	   inventory/inventory_index inventory/inventory \
	   inventory/unassessed inventory/need inventory/schedule \
	   cert/cert cert/cert_name cert/cert_near cert/cert_extension cert/cert_pack \
	   cert/cert_parse \
	   cert/bundle_form cert/bundle_request cert/bundle_pkcs12 \
	   cert/bundle cert/chain cert/trust_path cert/trust \
	   cert/cert_cache cert/revocation cert/revocation_crl \
	   cert/revocation_ocsp \
	   look/hello look/hello_names look/hello_write look/observation \
	   rule/subject rule/finding rule/check rule/check_names \
	   rule/check_odd_names rule/check_near rule/check_dates rule/check_key \
	   rule/check_chain rule/check_revocation rule/check_listener \
	   rule/check_host rule/fleet rule/check_farm rule/check_fleet \
	   rule/check_dns rule/check_auditor rule/rule rule/rule_remedy rule/rule_slot \
	   rule/rule_record rule/rule_run rule/rule_stand rule/rule_fleet rule/rule_auditor \
	   change/diff change/diff_text change/tally change/event change/reissue \
	   right/request right/request_write right/guess \
	   report/snapshot report/waivers report/review report/explain \
	   report/survey report/report report/page report/document \
	   report/report_findings report/report_review report/report_survey \
	   report/report_json report/cells report/report_csv report/report_summary report/report_text report/report_inventory \
	   report/report_rule report/report_explain \
	   report/report_explain_json \
	   report/ledger report/report_ledger report/report_history \
	   report/assessment report/assessment_inventory report/assessment_count \
	   report/assessment_stand report/assessment_snapshot \
	   report/report_assessment report/report_assessment_json report/report_assessment_text report/report_assessment_text_front \
	   report/report_assessment_csv report/report_assessment_oscal \
	   report/web report/report_assessment_html \
	   report/report_assessment_html_front report/claim \
	   report/plan report/report_plan report/report_nagios report/vitals report/report_metrics \
	   report/report_web report/report_web_host report/report_api
DAEMON	:= setup/file setup/config_sink setup/config_type setup/config setup/queue setup/thread setup/lock \
	   setup/credentials setup/setup \
	   probe/resolve_cache probe/resolve probe/look probe/curl_loop probe/attempt \
	   probe/dial probe/probe_trace probe/probe_context \
	   probe/probe_hello probe/probe_tls probe/probe_https probe/probe \
	   probe/prober \
	   revoke/fetch_sore revoke/fetch_url revoke/fetch_cache \
	   revoke/fetch_transfer revoke/fetch revoke/revoker_held \
	   revoke/revoker \
	   store/record store/pack store/store store/store_schema store/store_write \
	   store/store_outbox store/store_past store/store_read \
	   store/store_assess \
	   tell/log tell/notify tell/writer tell/alert tell/deliver \
	   tell/notifier \
	   audit/worker audit/spot audit/spot_lean audit/gate audit/news audit/audit audit/audit_due audit/audit_gates audit/audit_judge \
	   audit/audit_keep audit/audit_expect audit/audit_reissue \
	   audit/audit_fleet audit/audit_names audit/audit_issuers audit/audit_zones audit/audit_health \
	   audit/audit_past audit/audit_plan audit/audit_reload audit/loop audit/sweep \
	   serve/local serve/control serve/pulse serve/sheet serve/route_host serve/route \
	   serve/press serve/shelf serve/http_client serve/http_answer serve/http \
	   command/terminal command/ask command/output command/archive command/installed command/job command/target command/command \
	   command/cmd_audit command/cmd_check command/cmd_request \
	   command/cmd_explain command/cmd_probe command/cmd_findings command/cmd_status \
	   command/cmd_history command/cmd_report command/cmd_nagios command/cmd_ask command/cmd_init
PROGRAMS := cwaudit cwauditd

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
	   -DCWAUDIT_VERSION='"$(VERSION)"' -Iinclude -Ilib -pthread $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -pthread $(OPT) $(LDFLAGS)
LIB_LIBS := -lcrypto -lyaml -ljansson -lcsv
DAEMON_LIBS := -lcurl -lssl -levent_core -levent_extra -levent_pthreads -lcares -lsqlite3 -lz

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

$B/cwauditd: $B/daemon/cwauditd_reload.o $B/daemon/cwauditd_control.o

# A lib module's test links lib/ alone: that proves that it is pure.
$B/libcwaudit.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR  ,$@)
	$(Q)ar rcs $@ $^

$B/libdaemon.a: $(DAEMON_OBJ)
	@rm -f $@
	$(call say,AR  ,$@)
	$(Q)ar rcs $@ $^

# A test that is named for a module of lib/ links no more than lib/ needs.
LIB_NOUN := $(notdir $(LIB))

$(UNIT): $B/tests/%: tests/%.c $B/libcwaudit.a $B/libdaemon.a Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -Itests -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $(if $(filter $(LIB_NOUN) $(LIB_NOUN:=_%),$(*:test_%=%)),$B/libcwaudit.a -lcmocka,\
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

# A fleet of any size, for what looks at many cost.
CROWD_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/crowd/*.c))) \
	     $(filter %/leaf.o %/key.o %/order.o %/flight.o,$(FLEET_OBJ))

$B/tests/crowd/%.o: tests/crowd/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC  ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/fleet -MMD -MP -c -o $@ $<

$B/crowd: $(CROWD_OBJ) $B/libcwaudit.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto -levent_core

# What looks cost, beside bare loops and what others use.
$B/loops $B/measure: $B/%: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/fleet $(ALL_LDFLAGS) -o $@ $< -lcurl \
	    -lssl -lcrypto -levent_core

# A webhook's server.
$B/hookd: tests/hookd.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -levent_core -levent_extra

# A year of a large fleet, for the size of its store.
$B/store_year: tests/store_year.c $B/libcwaudit.a $B/libdaemon.a Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $B/libdaemon.a $B/libcwaudit.a $(DAEMON_LIBS) $(LIB_LIBS)

# A large fleet on one day, for what reports and pages of it cost.
$B/store_fleet $B/page_cost: $B/%: tests/%.c $B/libcwaudit.a $B/libdaemon.a \
		Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $B/libdaemon.a $B/libcwaudit.a $(DAEMON_LIBS) $(LIB_LIBS)

# Servers that misbehave, and the walk along them.
BAD_OBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/badserver/*.c)))

$(BAD_OBJ): $B/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC  ,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -Itests -MMD -MP -c -o $@ $<

$B/badserver: $(filter-out %/walk.o,$(BAD_OBJ)) $B/libcwaudit.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lssl -lcrypto

$B/badwalk: $(filter-out %/main.o,$(BAD_OBJ)) $B/libdaemon.a $B/libcwaudit.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(DAEMON_LIBS) $(LIB_LIBS)

# A syslog socket for tests.
$B/logsink: tests/logsink.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

# The system call filter of the unit, without systemd.
$B/confine: tests/confine.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -lseccomp

# CRLs and OCSP responses, and what a server should not do with them.
$B/fetchd: tests/fetchd.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< -levent_core -levent_extra

# Everything that a change must keep: installs what it lacks, then runs all.
check: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) build-check
	@$(MAKE) --no-print-directory -j1 check-all

build-check: all $(UNIT) $B/tests/bindto.so $B/fleet $B/crowd $B/logsink $B/confine \
	     $B/fetchd $B/badwalk units

check-all: layers check-unit check-misbehaviour check-files check-fleet check-request \
	   check-daemon check-revocation check-systemd

check-unit: $(UNIT) $B/tests/bindto.so
	@failed=; for t in $(UNIT); do $$t || failed="$$failed $$t"; done; \
	    test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

# What looks make of servers that misbehave ...
check-misbehaviour: $B/badwalk
	@$B/badwalk '*_by_*'

# ... and what these cost: a look, and an audit of many hosts.
check-hostile: deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/badwalk \
	    $B/badserver
	@$B/badwalk 'no_look*'
	@B=$B sh tests/it_hostile.sh

# The daemon's life: what reaches syslog, signals, reloads.
check-daemon: $B/cwauditd $B/cwaudit $B/fleet $B/logsink $B/confine units
	@bash tests/it_daemon.sh $B
	@bash tests/it_rsyslog.sh $B
	@bash tests/it_names.sh $B
	@bash tests/it_kill.sh $B 20
	@bash tests/it_report.sh $B

# The store: killed two hundred times; what it does without room, locked,
# read-only, moved away, damaged.
check-store: deps-store
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/cwauditd \
	    $B/fleet $B/logsink $B/store_year $B/hookd
	@bash tests/it_kill.sh $B 200
	@bash tests/it_store.sh $B
	@bash tests/it_notify.sh $B
	@bash tests/it_year.sh $B

# Reports, as those read them who did not write them.
check-report: deps-report
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit \
	    $B/tests/test_audit_year $B/store_fleet $B/page_cost
	@bash tests/it_formats.sh $B
	@bash tests/it_large.sh $B

# The same without a browser, for sanitizers.
check-http: $B/cwaudit $B/cwauditd $B/fleet $B/logsink
	@bash tests/it_http.sh $B

# What the daemon serves: to a browser, to monitors, to nobody's good; and
# what goes with it into other programs.
check-web: deps-web
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/cwauditd \
	    $B/fleet $B/logsink
	@bash tests/it_etc.sh
	@bash tests/it_http.sh $B
	@bash tests/it_web.sh $B

# Revocation, from the certificate to what is said.
check-revocation: $B/cwaudit $B/fetchd
	@B=$B sh tests/it_revocation.sh

# The same tests with the sanitizers watching.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	    -fno-omit-frame-pointer
SANITIZED := B=build-asan OPT="-O1 -g" HARDEN= CFLAGS="$(SANITIZE)" \
	    LDFLAGS="$(SANITIZE)"
check-asan: deps-web
	@$(MAKE) --no-print-directory -j$(JOBS) $(SANITIZED) build-check
	@$(MAKE) --no-print-directory -j1 $(SANITIZED) check-unit \
	    check-misbehaviour check-files check-fleet check-request \
	    check-daemon check-revocation check-http

# The threads: conductor, workers, writer, revoker, those that serve.
THREADED := B=build-tsan OPT="-O1 -g" HARDEN= \
	    CFLAGS="-fsanitize=thread -fno-omit-frame-pointer" \
	    LDFLAGS=-fsanitize=thread
check-tsan: deps-web
	@$(MAKE) --no-print-directory -j$(JOBS) $(THREADED) build-tsan/cwaudit \
	    build-tsan/cwauditd build-tsan/fleet build-tsan/crowd build-tsan/fetchd \
	    build-tsan/logsink build-tsan/confine
	@TSAN_OPTIONS=halt_on_error=1:exitcode=66:suppressions=$(CURDIR)/tests/tsan.supp \
	    $(MAKE) --no-print-directory -j1 $(THREADED) check-fleet \
	    check-daemon check-revocation check-http

# The audit of the simulated fleet finds what its table says, no more or less.
check-fleet: $B/fleet $B/crowd $B/cwaudit
	@B=$B sh tests/it_demo.sh
	@B=$B sh tests/it_fleet.sh
	@B=$B sh tests/it_crowd.sh

# cwaudit check against files: its verdicts, and those of other verifiers.
check-files: $B/cwaudit
	@B=$B sh tests/it_check.sh
	@B=$B sh tests/it_verify.sh

# Other projects' odd certificates and servers' bytes, of which none stands in
# this tree: CORPUS holds directories or archives of them.
$B/corpus: tests/corpus.c $B/libcwaudit.a Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $B/libcwaudit.a $(LIB_LIBS)

$B/corpus_tls: tests/corpus_tls.c $B/libdaemon.a $B/libcwaudit.a Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Idaemon -Itests -MMD -MP $(ALL_LDFLAGS) \
	    -o $@ $< $B/libdaemon.a $B/libcwaudit.a $(DAEMON_LIBS) $(LIB_LIBS)

check-corpus: deps-fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) $(SANITIZED) \
	    build-asan/corpus build-asan/corpus_tls
	@sh tests/check-corpus.sh build-asan "$(CORPUS)"

# Hostile bytes that nobody thought of, for SECONDS a target.
SECONDS	?= 60
FUZZ	:= $(patsubst tests/fuzz/%.c,$B/%,$(sort $(wildcard tests/fuzz/*.c)))
FUZZED	:= B=build-fuzz CC=clang OPT="-O1 -g" HARDEN= \
	   CFLAGS="-fsanitize=fuzzer-no-link,address,undefined \
	   -fno-sanitize-recover=undefined" LDFLAGS=-fsanitize=address,undefined
$(FUZZ): $B/%: tests/fuzz/%.c $B/libcwaudit.a Makefile
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ \
	    $< $B/libcwaudit.a -lcmocka $(LIB_LIBS)

fuzz-targets: $(FUZZ)

fuzz: deps-fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) $(FUZZED) fuzz-targets
	@sh tests/fuzz.sh build-fuzz $(SECONDS) build-asan/unpacked

# Requests become certificates that are right; one host is told whole, and so
# are those that no inventory has.
check-request: $B/fleet $B/cwaudit $B/cwauditd
	@B=$B sh tests/it_request.sh
	@B=$B sh tests/it_explain.sh
	@B=$B sh tests/it_init.sh
	@B=$B sh tests/it_story.sh
	@B=$B sh tests/it_probe.sh

# Real servers of other makes, and the ways to them.
check-servers: deps-servers
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/tests/bindto.so
	@B=$B sh tests/it_servers.sh
	@B=$B sh tests/it_ways.sh

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
DAEMON_UNITS := $B/systemd/cwauditd.service $B/systemd/cwauditd@.service
UNITS	:= $(DAEMON_UNITS) $B/systemd/cwaudit-report.service \
	   $B/systemd/cwaudit-report.timer
$B/systemd/cwauditd.service: of :=
$B/systemd/cwauditd.service: config := cwauditd
$B/systemd/cwauditd.service: state := cwaudit
$B/systemd/cwauditd@.service: of := , %i
$B/systemd/cwauditd@.service: config := %i
$B/systemd/cwauditd@.service: state := cwaudit/%i

$(DAEMON_UNITS): systemd/cwauditd.service.in Makefile
	@mkdir -p $(@D)
	@sed -e 's|@sbindir@|$(sbindir)|; s|@sysconfdir@|$(sysconfdir)|' \
	    -e 's|@of@|$(of)|; s|@config@|$(config)|; s|@state@|$(state)|' \
	    $< > $@

$B/systemd/%: systemd/%.in Makefile
	@mkdir -p $(@D)
	@sed -e 's|@bindir@|$(bindir)|g; s|@sysconfdir@|$(sysconfdir)|g' \
	    $< > $@

$B/systemd/%.timer: systemd/%.timer Makefile
	@mkdir -p $(@D)
	@cp $< $@

units: $(UNITS)

check-systemd:
	@sh tests/check-unit-files.sh

# What looks cost, as ratios: the table of tests/bench/RESULTS.md, written anew.
# BENCH holds options of tests/bench/bench.py: --quick, --only SECTION.
BENCH	?= --write tests/bench/RESULTS.md
bench: deps-bench
	@$(MAKE) --no-print-directory -j$(JOBS) $B/cwaudit $B/cwauditd $B/crowd \
	    $B/loops $B/measure $B/store_fleet $B/page_cost
	@python3 tests/bench/bench.py $B $(BENCH)

lint: deps-lint
	@sh tests/lint.sh

# Debian packages that are missing; nothing is started or enabled.
deps:
	@sh tests/deps.sh build
deps-test:
	@sh tests/deps.sh build test
deps-store:
	@sh tests/deps.sh build test store
deps-report:
	@sh tests/deps.sh build test report
deps-web:
	@sh tests/deps.sh build test web
	@command -v npm >/dev/null || sh tests/deps.sh npm
deps-servers:
	@sh tests/deps.sh build test servers
deps-bench:
	@sh tests/deps.sh build bench
deps-fuzz:
	@sh tests/deps.sh build test fuzz
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
	    $(DESTDIR)$(docdir)/examples $(DESTDIR)$(docdir)/schemas \
	    $(DESTDIR)$(sysconfdir)/cwaudit $(DESTDIR)$(unitdir) \
	    $(DESTDIR)$(sysusersdir) \
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
	install -m 644 etc/schemas/*.json $(DESTDIR)$(docdir)/schemas/
	for d in prometheus grafana rsyslog syslog-ng icinga; do \
	    install -d $(DESTDIR)$(docdir)/examples/$$d && install -m 644 \
	    etc/$$d/* $(DESTDIR)$(docdir)/examples/$$d/ || exit 1; done
	install -m 644 etc/README.md $(DESTDIR)$(docdir)/examples/
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
	@echo "make check-store         what it remembers, through kills and full disks"
	@echo "make check-report        reports: schemas, HTML in a browser, CSV"
	@echo "make check-web           pages in a browser, metrics, etc/"
	@echo "make check-hostile       what servers that misbehave cost"
	@echo "make bench               what looks cost, beside bare loops and other tools"
	@echo "make check-asan          the tests under ASan and UBSan"
	@echo "make check-tsan          the same of threads, under TSan"
	@echo "make check-corpus CORPUS=dir  odd certificates and servers of others"
	@echo "make fuzz SECONDS=60     libFuzzer, so long for each target"
	@echo "make lint                cppcheck, clang-tidy, gcc -fanalyzer"
	@echo "make deps deps-test      packages that building, and testing, need"
	@echo "make clean"

clean:
	rm -rf $B build-asan build-tsan build-fuzz


.PHONY: all bench build-check check check-all check-corpus check-daemon check-files \
	check-fleet check-hostile check-http check-misbehaviour check-report check-request check-revocation check-store check-asan check-tsan \
	check-servers check-systemd check-unit check-web clean demo fuzz fuzz-targets help install uninstall \
	deps deps-bench deps-fuzz deps-lint deps-report deps-store deps-servers deps-test deps-web layers lint run
-include $(shell find $B -name '*.d' 2>/dev/null)
