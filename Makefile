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
LIB	:= mem text clock problem severity yaml endpoint inventory_settings \
	   inventory_host inventory schedule cert cert_name cert_cache chain \
	   trust hello_write hello observation subject finding check \
	   check_names check_dates check_key check_chain check_listener \
	   check_host rule rule_run diff event snapshot report_json report_csv \
	   report_text report_inventory report_rule report
DAEMON	:= file log config notify resolve queue look probe_trace probe_hello \
	   probe_tls probe_https probe prober setup worker writer audit_state \
	   audit loop command
PROGRAMS := cwaudit cwauditd

# Whatever stands on the lists and is already there.
LIB	:= $(foreach m,$(LIB),$(if $(wildcard lib/$m.c),$m))
DAEMON	:= $(foreach m,$(DAEMON),$(if $(wildcard daemon/$m.c),$m))
PROGRAMS := $(foreach m,$(PROGRAMS),$(if $(wildcard daemon/$m.c),$m))

LIB_OBJ	:= $(LIB:%=$B/lib/%.o)
DAEMON_OBJ := $(DAEMON:%=$B/daemon/%.o)
UNIT	:= $(patsubst tests/%.c,$B/tests/%,$(sort $(wildcard tests/test_*.c)))

CC	?= cc
WARN	:= -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes \
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
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/daemon/%.o: daemon/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Idaemon -MMD -MP -c -o $@ $<

$(PROGRAMS:%=$B/%): $B/%: $B/daemon/%.o $(DAEMON_OBJ) $(LIB_OBJ)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(DAEMON_LIBS) $(LIB_LIBS)

# A lib module's test links lib/ alone: that proves that it is pure.
$B/libcwaudit.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$B/libdaemon.a: $(DAEMON_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(UNIT): $B/tests/%: tests/%.c $B/libcwaudit.a $B/libdaemon.a Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Idaemon -Itests -MMD -MP $(ALL_LDFLAGS) -o $@ $< \
	    $(if $(wildcard lib/$(*:test_%=%).c),$B/libcwaudit.a -lcmocka,\
	    $B/libdaemon.a $B/libcwaudit.a -lcmocka $(DAEMON_LIBS)) $(LIB_LIBS)

check-unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

clean:
	rm -rf $B

.PHONY: all check-unit clean
-include $(shell find $B -name '*.d' 2>/dev/null)
