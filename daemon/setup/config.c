/* SPDX-License-Identifier: ISC */
/* config.c - cwauditd.yaml as a value: the table of its keys. */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <syslog.h>

#include "config_type.h"
#include "cwaudit/clock.h"
#include "cwaudit/name.h"
#include "file.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define CONFIG_MAX	(1u << 20)	/* bytes of the file */
#define COMMENT_WIDTH	72		/* of the sample */

static const struct reader_range spans_interval = { 60, 30 * CLOCK_DAY };
static const struct reader_range spans_hold = { 0, 30 * CLOCK_DAY };
static const struct reader_range spans_timeout = { 100, 600000 };
static const struct reader_range spans_resolver = { 100, 60000 };
static const struct reader_range windows = { 1, 65536 };
static const struct reader_range per_hosts = { 1, 64 };
static const struct reader_range caps = { 0, 65536 };
static const struct reader_range worker_counts = { 1, 256 };
static const struct reader_range rates = { 0, 1000000 };
static const struct reader_range event_counts = { 1, 1000000 };

static const struct reader_range series = { 0, 1000000 };

static const struct reader_word modes[] = {
	{ "auto", MODE_AUTO }, { "handshake", MODE_HANDSHAKE },
	{ "hello", MODE_HELLO }, { NULL, 0 },
};
static const struct reader_word formats[] = {
	{ "kv", LOG_FORMAT_KV }, { "cee", LOG_FORMAT_CEE }, { NULL, 0 },
};
static const struct reader_word facilities[] = {
	{ "auth", LOG_AUTH }, { "authpriv", LOG_AUTHPRIV },
	{ "daemon", LOG_DAEMON }, { "user", LOG_USER },
	{ "local0", LOG_LOCAL0 }, { "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 }, { "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 }, { "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 }, { "local7", LOG_LOCAL7 }, { NULL, 0 },
};

#define FIELD(f)	offsetof(struct config, f)
#define RELOAD		true
#define RESTART		false

/* The order of the sample; keys of one map stand together. */
static const struct config_key keys[] = {
	{ "inventory", TYPE_PATH, FIELD(inventory), NULL,
	    "/etc/cwaudit/inventory.yaml", RELOAD,
	    "The hosts to audit." },
	{ "store", TYPE_STORE, FIELD(store), NULL,
	    "sqlite:/var/lib/cwaudit/cwaudit.db", RESTART,
	    "Where findings, certificates and what was accepted outlive the "
	    "process.\nIts group reads it." },
	{ "control", TYPE_SOCKET, FIELD(control), NULL,
	    "/run/cwaudit/control", RESTART,
	    "Where cwaudit run, expect and accept reach the daemon, as root "
	    "or as its\nuser." },
	{ "interval.https", TYPE_SPAN_S, FIELD(interval_https_s),
	    &spans_interval, "1h", RELOAD,
	    "How often each HTTPS port is looked at." },
	{ "interval.mtls", TYPE_SPAN_S, FIELD(interval_mtls_s),
	    &spans_interval, "6h", RELOAD,
	    "How often each MTLS port is. Looks leave traces in the log of "
	    "the\naudited server." },
	{ "prove_every", TYPE_SPAN_S, FIELD(prove_every_s), &spans_interval,
	    "24h", RELOAD,
	    "How often a look must prove that the server holds the key; "
	    "looks\nbetween cost a tenth (mode auto)." },
	{ "mode", TYPE_WORDS, FIELD(mode), modes, "auto", RELOAD,
	    "auto: prove now and then; handshake: always; hello: never." },
	{ "timeout", TYPE_SPAN_MS, FIELD(timeout_ms), &spans_timeout, "10s",
	    RELOAD,
	    "The deadline of one look, all its steps together." },
	{ "window", TYPE_NUMBER, FIELD(window), &windows, "256", RESTART,
	    "Looks in flight at once." },
	{ "per_host", TYPE_NUMBER, FIELD(per_host), &per_hosts, "2", RELOAD,
	    "Looks in flight at once to one host." },
	{ "per_farm", TYPE_NUMBER, FIELD(per_farm), &caps, "32", RELOAD,
	    "The same to one farm: those that publish a site together; 0: no "
	    "limit." },
	{ "per_net", TYPE_NUMBER, FIELD(per_net), &caps, "128", RELOAD,
	    "The same to one network: 256 addresses of IPv4, a /64 of IPv6; "
	    "0: no\nlimit. A name counts where it was last." },
	{ "workers", TYPE_WORKERS, FIELD(workers), &worker_counts, "cores",
	    RESTART,
	    "Threads that look." },
	{ "rate", TYPE_NUMBER, FIELD(rate), &rates, "0", RELOAD,
	    "Looks a second at most; 0: no limit." },
	{ "rollout", TYPE_SPAN_S, FIELD(rollout_s), &spans_hold, "24h", RELOAD,
	    "How long the hosts of a farm may differ while a certificate is "
	    "being\nexchanged." },
	{ "host_rollout", TYPE_SPAN_S, FIELD(host_rollout_s), &spans_hold,
	    "1h", RELOAD,
	    "The same for the ports of one host." },
	{ "settle", TYPE_SPAN_S, FIELD(settle_s), &spans_hold, "10m", RELOAD,
	    "A pass so soon after a finding opened is said when this time is "
	    "over,\nunless the finding fails again: what comes and goes does "
	    "not fill the\nlog." },
	{ "renotify", TYPE_RENOTIFY, 0, NULL, "24h at 09:00", RELOAD,
	    "How often open findings are logged again; at a time of day: with "
	    "the\nfirst look after it." },
	{ "notify_days", TYPE_DAYS, FIELD(notify_days), NULL,
	    "[45, 28, 14, 7, 3, 1]", RELOAD,
	    "Of what ends soon: with how many days left it is logged again. "
	    "With\nfewer than the last, and with [], as all others." },
	{ "notify", TYPE_SINKS, FIELD(notify), NULL, "[]", RESTART,
	    "Where findings are sent beyond syslog, from the store: see "
	    "cwauditd.yaml(5)." },
	{ "coverage", TYPE_PERCENT, FIELD(coverage_percent), NULL, "99%",
	    RELOAD,
	    "The share of endpoints that a cycle must observe to be on "
	    "time." },
	{ "log.facility", TYPE_WORDS, FIELD(log_facility), facilities,
	    "daemon", RESTART,
	    "The facility of syslog." },
	{ "log.format", TYPE_WORDS, FIELD(log_format), formats, "kv", RELOAD,
	    "kv: key=value; cee: @cee: and JSON." },
	{ "log.max_events", TYPE_NUMBER, FIELD(log_max_events), &event_counts,
	    "1000", RELOAD,
	    "Finding lines in one cycle; the rest is counted, a line for each rule." },
	{ "log.looks", TYPE_YES, FIELD(log_looks), NULL, "yes", RELOAD,
	    "A line of level debug for each look. For tens of thousands of "
	    "ports no\nsaves nearly a third of the work." },
	{ "http.listen", TYPE_LISTEN, FIELD(http_listen), NULL,
	    "127.0.0.1:9817", RESTART,
	    "Where the status page, metrics and the API are served from the "
	    "store, to\nread only." },
	{ "http.allow_remote", TYPE_YES, FIELD(http_allow_remote), NULL, "no",
	    RESTART,
	    "Whether that may be another address than the loopback's. Nobody "
	    "is asked\nwho he is: put a proxy before it that does." },
	{ "http.hosts", TYPE_HOSTS, FIELD(http_hosts), NULL, "[]", RESTART,
	    "Names by which clients may ask for it, beyond localhost and the "
	    "address\nitself; a proxy passes on its own." },
	{ "metrics_max_endpoints", TYPE_NUMBER, FIELD(metrics_max_endpoints),
	    &series, "10000", RESTART,
	    "With more endpoints, metrics count them and name none." },
	{ "resolver.servers", TYPE_SERVERS, FIELD(resolver_servers), NULL,
	    "[]", RESTART,
	    "Name servers; none: those of the system." },
	{ "resolver.timeout", TYPE_SPAN_MS, FIELD(resolver_timeout_ms),
	    &spans_resolver, "2s", RESTART,
	    "How long one question to one server may take." },
};
#define N_KEYS	ARRAY_N(keys)

/* "[45, 28]" as the nodes that it would be in a file. */
static void
preset_list(struct config *c, const struct config_key *k, struct node *y,
    struct node items[CONFIG_DAYS])
{
	const char *s = k->preset + 1;
	size_t n = 0;

	y->kind = NODE_LIST;
	while (*s != ']') {
		size_t len = strcspn(s, ",]");

		assert(n < CONFIG_DAYS);
		items[n] = (struct node){ .kind = NODE_SCALAR, .key = k->name,
		    .value = arena_copy(&c->arena, s, len) };
		if (n > 0)
			items[n - 1].next = &items[n];
		n++;
		s += len;
		s += strspn(s, ", ");
	}
	y->child = n > 0 ? &items[0] : NULL;
}

void
config_init(struct config *c)
{
	struct problems ps = {0};
	struct reader r = { .problems = &ps, .file = "" };

	*c = (struct config){0};
	r.arena = &c->arena;
	for (size_t i = 0; i < N_KEYS; i++) {
		struct node y = {
			.kind = NODE_SCALAR, .value = keys[i].preset,
			.key = keys[i].name,
		}, items[CONFIG_DAYS];

		if (keys[i].preset[0] == '[')
			preset_list(c, &keys[i], &y, items);
		config_type_read(&r, &y, &keys[i], c);
	}
	assert(ps.n == 0);
}

void
config_done(struct config *c)
{
	struct arena arena = c->arena;

	*c = (struct config){0};
	arena_done(&arena);
}

/* The row of a name; or *map: the name is the map that some rows stand in. */
static const struct config_key *
find_key(const char *name, bool *map)
{
	size_t len = strlen(name);

	*map = false;
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
		if (strncmp(keys[i].name, name, len) == 0 &&
		    keys[i].name[len] == '.')
			*map = true;
	}
	return NULL;
}

static void
unknown_key(struct reader *r, const struct node *y, const char *name)
{
	const char *names[N_KEYS];
	bool top = strchr(name, '.') == NULL;

	for (size_t i = 0; i < N_KEYS; i++)
		names[i] = !top ? keys[i].name : arena_copy(r->arena,
		    keys[i].name, strcspn(keys[i].name, "."));
	reader_key_problem(r, y, "there is no key \"%s\"%s",
	    reader_shown(r, name), reader_hint(r, name, names, N_KEYS));
}

static void	read_map(struct reader *, const struct node *, const char *);

/* A value whose dotted name is known by now. */
static void
read_one(struct reader *r, const struct node *y, const char *name)
{
	bool is_map;
	const struct config_key *k = find_key(name, &is_map);
	size_t dot = strcspn(y->key, ".");

	if (k != NULL && y->key[dot] == '.') {
		reader_key_problem(r, y, "write \"%s\" as a map: "
		    "\"%.*s: {%s: ...}\"", y->key, (int)dot, y->key,
		    y->key + dot + 1);
	} else if (k != NULL) {
		config_type_read(r, y, k, r->context);
	} else if (!is_map || y->key[dot] == '.') {
		unknown_key(r, y, name);
	} else if (reader_expect(r, y, NODE_MAP, name)) {
		read_map(r, y, name);
	}
}

static void
read_map(struct reader *r, const struct node *map, const char *prefix)
{
	for (const struct node *y = map->child; y != NULL; y = y->next) {
		struct text name = {0};

		text_addf(&name, "%s%s%s", prefix, *prefix != '\0' ? "." : "",
		    y->key);
		read_one(r, y, text_str(&name));
		text_done(&name);
	}
}

/* What one key alone can't tell. */
static void
check_listen(struct reader *r, const struct node *map)
{
	const struct config *c = r->context;

	if (!c->http_listen.remote || c->http_allow_remote)
		return;
	for (const struct node *y = map->child; y != NULL; y = y->next)
		for (const struct node *z = y->kind == NODE_MAP &&
		    strcmp(y->key, "http") == 0 ?
		    y->child : NULL; z != NULL; z = z->next)
			if (strcmp(z->key, "listen") == 0)
				reader_problem(r, z, "\"%s\" is not of the "
				    "loopback: that needs \"allow_remote: "
				    "yes\", and a proxy before it that asks "
				    "who is there", reader_shown(r, z->value));
}

static void
read_tree(const struct node_tree *tree, struct config *c, struct problems *ps)
{
	struct reader r = { .arena = &c->arena, .problems = ps,
	    .file = c->path, .context = c };

	if (!reader_expect(&r, node_root(tree), NODE_MAP, "this file"))
		return;
	read_map(&r, node_root(tree), "");
	check_listen(&r, node_root(tree));
}

bool
config_read(const char *path, struct config *c, struct problems *ps)
{
	size_t before = ps->n + ps->dropped;
	struct text bytes = {0};
	struct node_tree *tree = NULL;

	c->path = arena_strdup(&c->arena, path);
	if (file_read(path, CONFIG_MAX, &bytes))
		tree = node_parse(path, text_str(&bytes), bytes.len, ps);
	else	/* the reason begins with the path, and so does a problem */
		problem_add(ps, path, 0, 0, "%s",
		    text_str(&bytes) + strlen(path) + 2);
	text_done(&bytes);
	if (tree != NULL)
		read_tree(tree, c, ps);
	node_tree_free(tree);
	return ps->n + ps->dropped == before;
}

/* Bytes of s that make up its first line, of at most max. */
static size_t
line_length(const char *s, size_t max)
{
	size_t len = strcspn(s, "\n");

	if (len <= max)
		return len;
	for (len = max; len > 0 && s[len] != ' '; len--)
		continue;
	return len > 0 ? len : strcspn(s, "\n");
}

static void
add_comment(struct text *out, const char *indent, const char *s)
{
	size_t n;

	for (; *s != '\0'; s += n + (s[n] != '\0')) {
		n = line_length(s, COMMENT_WIDTH);
		text_addf(out, "%s# %.*s\n", indent, (int)n, s);
	}
}

static void
print_key(const struct config_key *k, const char *indent, const char *name,
    struct text *out)
{
	struct text range = {0};
	size_t len = strlen(k->preset);
	const char *quote = k->preset[len - 1] == ':' ? "\"" : "";

	config_type_describe(k, &range);
	text_addf(&range, "; %s.", k->reloadable ? "read again on reload" :
	    "needs a restart");
	add_comment(out, indent, k->text);
	add_comment(out, indent, text_str(&range));
	text_addf(out, "%s%s: %s%s%s\n", indent, name, quote, k->preset,
	    quote);
	text_done(&range);
}

void
config_print_sample(struct text *out)
{
	const char *map = "";
	size_t len = 0;

	add_comment(out, "", "cwauditd.yaml - settings of the daemon; what is "
	    "audited stands in the\ninventory. Every key is shown with its "
	    "default: keep only those you\nchange. Check it with: "
	    "cwauditd -t");
	for (size_t i = 0; i < N_KEYS; i++) {
		const char *name = keys[i].name;
		const char *dot = strchr(name, '.');

		if (dot == NULL) {
			text_add(out, "\n");
			print_key(&keys[i], "", name, out);
			continue;
		}
		if (len != (size_t)(dot - name) ||
		    strncmp(map, name, len) != 0) {
			map = name;
			len = (size_t)(dot - name);
			text_addf(out, "\n%.*s:\n", (int)len, map);
		}
		print_key(&keys[i], "  ", dot + 1, out);
	}
}

void
config_print_values(const struct config *c, struct text *out)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		text_addf(out, "%s: ", keys[i].name);
		config_type_print(&keys[i], c, out);
		text_add_char(out, '\n');
	}
}

void
config_compare(const struct config *old, const struct config *new,
    struct strings *need_restart)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		struct text a = {0}, b = {0};

		config_type_print(&keys[i], old, &a);
		config_type_print(&keys[i], new, &b);
		if (!keys[i].reloadable &&
		    strcmp(text_str(&a), text_str(&b)) != 0)
			strings_add(need_restart, keys[i].name);
		text_done(&a);
		text_done(&b);
	}
}
