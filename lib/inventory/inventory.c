/* SPDX-License-Identifier: ISC */
/*
 * inventory.c - inventory text to endpoints. All files are parsed first, then
 * read in the order of what needs what: trust, defaults, groups of every file,
 * hosts of every file; then what lies across files is checked.
 */
#include "cwaudit/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"
#include "cwaudit/name.h"
#include "cwaudit/sha256.h"
#include "inventory_parts.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_FILES	10000

struct source {
	const char		*path;
	struct node_tree	*tree;
};

struct load {
	struct inventory	*inv;
	struct problems		*problems;
	struct inventory_reading in;
	struct source		*sources;	/* the main file first */
	size_t			 n, cap;
	struct sha256		*digest;
};

static struct reader
reader_of(struct load *l, const struct source *s)
{
	return (struct reader){
		.arena = &l->inv->own->arena, .problems = l->problems,
		.file = s->path, .context = &l->in,
	};
}

/* place: the `include` that names it, in the main file; NULL: the main file. */
static void
add_source(struct load *l, const char *path, const struct node *place)
{
	const struct inventory_io *io = l->in.io;
	struct text bytes = {0};
	struct node_tree *tree;

	if (!io->read_file(io->ctx, path, &bytes)) {
		if (place != NULL)
			problem_add(l->problems, l->sources[0].path,
			    place->line, place->column, "%s: %s", path,
			    text_str(&bytes));
		else
			problem_add(l->problems, path, 0, 0, "%s",
			    text_str(&bytes));
		text_done(&bytes);
		return;
	}
	sha256_add(l->digest, text_str(&bytes), bytes.len);
	tree = node_parse(path, text_str(&bytes), bytes.len, l->problems);
	text_done(&bytes);
	if (tree == NULL)
		return;
	l->sources = xgrow(l->sources, l->n, &l->cap, sizeof(*l->sources));
	l->sources[l->n++] = (struct source){
		.path = arena_strdup(&l->inv->own->arena, path), .tree = tree,
	};
}

static bool
is_source(const struct load *l, const struct strings *seen, const char *path)
{
	return strcmp(l->sources[0].path, path) == 0 ||
	    (seen->n > 0 && strcmp(seen->item[seen->n - 1], path) == 0);
}

static void
add_matches(struct load *l, const struct node *y, const char *pattern,
    struct strings *found)
{
	const struct inventory_io *io = l->in.io;
	char *path = name_beside(l->sources[0].path, pattern);
	size_t before = found->n;

	if (strpbrk(pattern, "*?[") == NULL)
		strings_add(found, path);
	else if (io->glob != NULL)
		io->glob(io->ctx, path, found);
	if (found->n > MAX_FILES) {
		problem_add(l->problems, l->sources[0].path, y->line,
		    y->column, "more than %d files are included", MAX_FILES);
		while (found->n > before)
			free(found->item[--found->n]);
	}
	free(path);
}

/* include: one pattern or several; a file that two of them match is read once. */
static void
add_includes(struct load *l)
{
	struct source main_file = l->sources[0];
	const struct node *y = node_find(node_root(main_file.tree), "include");
	struct reader r = reader_of(l, &main_file);
	struct strings patterns = {0}, found = {0}, seen = {0};

	if (y == NULL)
		return;
	reader_strings(&r, y, NULL, &patterns);
	for (size_t i = 0; i < patterns.n; i++)
		add_matches(l, y, patterns.item[i], &found);
	strings_sort(&found);
	for (size_t i = 0; i < found.n; i++) {
		if (is_source(l, &seen, found.item[i]))
			continue;
		strings_add(&seen, found.item[i]);
		add_source(l, found.item[i], y);
	}
	strings_done(&found);
	strings_done(&seen);
}

/* Keys of the top are read in the order of need, not of writing. */
static void
read_later(struct reader *r, const struct node *y, const struct reader_key *k,
    void *field)
{
	(void)r;
	(void)y;
	(void)k;
	(void)field;
}

static void
read_main_only(struct reader *r, const struct node *y,
    const struct reader_key *k, void *field)
{
	(void)field;
	reader_key_problem(r, y, "\"%s\" may stand in the main inventory only, "
	    "not in an included file", k->name);
}

static void
check_top(struct load *l, size_t i)
{
	reader_fn *main_only = i == 0 ? read_later : read_main_only;
	const struct reader_key keys[] = {
		{ "defaults", main_only, 0, NULL, false },
		{ "roots", main_only, 0, NULL, false },
		{ "include", main_only, 0, NULL, false },
		{ "groups", read_later, 0, NULL, false },
		{ "hosts", read_later, 0, NULL, false },
		{ "published", read_later, 0, NULL, false },
	};
	struct reader_table table = { keys, ARRAY_N(keys), l };
	struct reader r = reader_of(l, &l->sources[i]);

	(void)reader_map(&r, node_root(l->sources[i].tree), "an inventory",
	    &table, 1);
}

/* The children of a key of a file's top, if it has the kind that it should. */
static const struct node *
children(struct load *l, size_t i, const char *key, enum node_kind kind)
{
	const struct node *y = node_find(node_root(l->sources[i].tree), key);
	struct reader r = reader_of(l, &l->sources[i]);
	struct text what = {0};
	bool good;

	if (y == NULL)
		return NULL;
	text_addf(&what, "\"%s\"", key);
	good = reader_expect(&r, y, kind, text_str(&what));
	text_done(&what);
	return good ? y->child : NULL;
}

static size_t
count(const struct node *y)
{
	size_t n = 0;

	for (; y != NULL; y = y->next)
		n++;
	return n;
}

static void
read_trust_file(struct reader *r, const struct node *y, struct trust_file *t)
{
	const char *path = reader_scalar(r, y);
	char *beside;

	*t = (struct trust_file){ .name = arena_strdup(r->arena, y->key),
	    .line = y->key_line, .column = y->key_column };
	if (path == NULL || strcmp(path, "system") == 0)
		return;
	beside = name_beside(r->file, path);
	t->path = arena_strdup(r->arena, beside);
	free(beside);
}

static void
read_roots(struct load *l)
{
	const struct node *y = children(l, 0, "roots", NODE_MAP);
	struct reader r = reader_of(l, &l->sources[0]);
	size_t n = count(y);

	l->inv->trust = arena_new(r.arena, n, sizeof(*l->inv->trust));
	l->in.trust = arena_new(r.arena, n, sizeof(char *));
	for (; y != NULL; y = y->next) {
		read_trust_file(&r, y, &l->inv->trust[l->inv->n_trust]);
		l->in.trust[l->in.n_trust++] =
		    l->inv->trust[l->inv->n_trust++].name;
	}
}

static void
read_defaults(struct load *l)
{
	const struct node *y = node_find(node_root(l->sources[0].tree),
	    "defaults");
	struct reader r = reader_of(l, &l->sources[0]);

	l->in.defaults = &settings_default;
	if (y != NULL)
		l->in.defaults = settings_read(&r, y, "\"defaults\"", NULL,
		    &settings_default);
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->source > y->source) - (x->source < y->source);
}

static void
read_groups(struct load *l)
{
	struct arena *arena = &l->inv->own->arena;
	struct group *groups;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += count(children(l, i, "groups", NODE_MAP));
	groups = arena_new(arena, n, sizeof(*groups));
	n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct node *y = node_find(node_root(l->sources[i].tree),
		    "groups");
		struct reader r = reader_of(l, &l->sources[i]);

		if (y == NULL || y->kind != NODE_MAP)
			continue;
		for (y = y->child; y != NULL; y = y->next) {
			group_read(&r, y, &groups[n]);
			groups[n++].source = i;
		}
	}
	qsort(groups, n, sizeof(*groups), compare_groups);
	for (size_t i = 1; i < n; i++)
		if (strcmp(groups[i].name, groups[i - 1].name) == 0 &&
		    groups[i].source != groups[i - 1].source)
			problem_add(l->problems, groups[i].file,
			    groups[i].line, groups[i].column,
			    "this group is already at %s:%d",
			    groups[i - 1].file, groups[i - 1].line);
	l->in.groups = groups;
	l->in.n_groups = n;
}

static void
read_hosts(struct load *l)
{
	struct inventory *inv = l->inv;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += count(children(l, i, "hosts", NODE_LIST));
	inv->hosts = arena_new(&inv->own->arena, n, sizeof(*inv->hosts));
	for (size_t i = 0; i < l->n; i++) {
		const struct node *y = node_find(node_root(l->sources[i].tree),
		    "hosts");
		struct reader r = reader_of(l, &l->sources[i]);

		if (y == NULL || y->kind != NODE_LIST)
			continue;
		for (y = y->child; y != NULL; y = y->next)
			host_read(&r, y, &inv->hosts[inv->n_hosts++]);
	}
}

static void
read_published(struct load *l)
{
	struct inventory *inv = l->inv;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += count(children(l, i, "published", NODE_LIST));
	inv->published = arena_new(&inv->own->arena, n,
	    sizeof(*inv->published));
	for (size_t i = 0; i < l->n; i++) {
		const struct node *y = node_find(node_root(l->sources[i].tree),
		    "published");
		struct reader r = reader_of(l, &l->sources[i]);

		if (y == NULL || y->kind != NODE_LIST)
			continue;
		for (y = y->child; y != NULL; y = y->next)
			published_read(&r, y,
			    &inv->published[inv->n_published++]);
	}
}

static void
read_all(struct load *l)
{
	for (size_t i = 0; i < l->n; i++)
		check_top(l, i);
	if (node_root(l->sources[0].tree)->kind != NODE_MAP)
		return;
	read_roots(l);
	read_defaults(l);
	read_groups(l);
	read_hosts(l);
	read_published(l);
	inventory_sort(l->inv);
	inventory_check_duplicates(l->inv, l->problems);
	inventory_check_waivers(l->inv, &l->in, l->problems);
	if (l->inv->n_hosts + l->inv->n_published == 0)
		problem_add(l->problems, l->sources[0].path, 0, 0,
		    "there is not a single host in this inventory");
}

struct inventory *
inventory_parse(const char *path, const struct inventory_io *io,
    struct problems *ps)
{
	struct inventory *inv = xcalloc(1, sizeof(*inv));
	struct load l = { .inv = inv, .problems = ps, .in.io = io };
	size_t before = ps->n + ps->dropped;
	bool good;

	inv->own = xcalloc(1, sizeof(*inv->own));
	inv->own->refs = 1;
	l.digest = sha256_new();
	add_source(&l, path, NULL);
	if (l.n > 0) {
		add_includes(&l);
		read_all(&l);
	}
	good = ps->n + ps->dropped == before;
	if (good)
		inventory_index(inv);
	sha256_end(l.digest, inv->sha256);
	for (size_t i = 0; i < l.n; i++)
		node_tree_free(l.sources[i].tree);
	free(l.sources);
	if (good)
		return inv;
	inventory_unref(inv);
	return NULL;
}

struct inventory *
inventory_ref(struct inventory *inv)
{
	__atomic_add_fetch(&inv->own->refs, 1, __ATOMIC_RELAXED);
	return inv;
}

void
inventory_unref(struct inventory *inv)
{
	struct inventory_own *own;

	if (inv == NULL ||
	    __atomic_sub_fetch(&inv->own->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	own = inv->own;
	arena_done(&own->arena);
	free(own);
	free(inv);
}
