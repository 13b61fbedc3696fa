/* SPDX-License-Identifier: ISC */
/*
 * yaml.c - YAML text to a positioned tree, by libyaml's events.
 * What libyaml cannot be trusted with is done before or around it: the bytes
 * are checked first, depth is checked as events arrive (its own work per
 * token grows with the depth), and what it may read between two events is
 * bounded. Every step is linear in the text, but for sorting keys.
 */
#include "cwaudit/node.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "cwaudit/arena.h"
#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))
#define MAX_GAP		(16u << 20)	/* bytes of one value or comment */

struct node_tree {
	struct arena	 arena;
	const char	*file;
	struct node	*root;
};

struct level {			/* a list or map that is not closed yet */
	struct node	*node;
	struct node	**tail;
	size_t		 n;
	const char	*key;	/* read, its value is still to come */
	int		 key_line, key_column;
};

struct builder {
	struct node_tree *tree;
	struct problems	*problems;
	const unsigned char *bytes;
	size_t		 len;
	size_t		 fed;		/* handed to libyaml */
	size_t		 fed_limit;	/* it gets no more before an event */
	yaml_mark_t	 last;		/* where the last event ended */
	size_t		 index, byte, line_start;	/* last place asked for */
	struct level	 open[NODE_MAX_DEPTH];
	size_t		 depth;
	size_t		 nodes;
	bool		 document;	/* one was begun */
};

/* Code points that a text file of ours never holds, and what to do. */
static const struct {
	uint32_t	 first, last;
	const char	*words;
} unwanted[] = {
	{ 0x00, 0x00, "a NUL byte: this is not a text file, or it is UTF-16; "
	    "save it as UTF-8" },
	{ 0x0d, 0x0d, "a carriage return without a line feed: save the file "
	    "with UNIX or Windows line ends" },
	{ 0x01, 0x1f, "a control character: remove it" },
	{ 0x7f, 0x9f, "a control character: remove it" },
	{ 0x2028, 0x2029, "an invisible line separator: remove it" },
	{ 0xfeff, 0xfeff, "a byte order mark: save the file as UTF-8 without "
	    "one" },
	{ 0xfffe, 0xffff, "a character that is none (U+FFFE, U+FFFF): remove "
	    "it" },
};

/* libyaml's words, and ours with what to do about it. */
static const struct { const char *theirs, *ours; } syntax[] = {
	{ "mapping values are not allowed in this context",
	    "a \": \" where none may stand: check the indentation, or put the "
	    "value in quotes" },
	{ "could not find expected ':'",
	    "a key without \":\" behind it: write \"key: value\"" },
	{ "did not find expected key",
	    "a key was expected here: check the indentation of this line and "
	    "the ones above it" },
	{ "did not find expected '-' indicator",
	    "a list item (\"- \") was expected here: check the indentation" },
	{ "block sequence entries are not allowed in this context",
	    "a list item (\"- \") may not stand here: begin it on a line of "
	    "its own" },
	{ "did not find expected ',' or ']'",
	    "a \",\" or \"]\" is missing: the list is not closed" },
	{ "did not find expected ',' or '}'",
	    "a \",\" or \"}\" is missing: the map is not closed" },
	{ "found unexpected end of stream",
	    "the file ends inside a quoted value: a closing quote is missing" },
	{ "found character that cannot start any token",
	    "a value may not begin with this character: indent with blanks, "
	    "not tabs, and put @, ` and % in quotes" },
	{ "found unknown escape character",
	    "an unknown escape in double quotes: use single quotes where "
	    "backslashes mean themselves" },
	{ "found a tab character that violates indentation",
	    "a tab in the indentation: use blanks" },
	{ "found a tab character where an indentation space is expected",
	    "a tab in the indentation: use blanks" },
	{ "did not find expected <document start>",
	    "the text goes on after its end: only one list or map may stand "
	    "at the left margin" },
	{ "did not find expected node content",
	    "a value is missing here, or a \",\" is one too many" },
	{ "while scanning a directive", "lines may not begin with %" },
};

/* The length of the UTF-8 sequence at p (RFC 3629), or 0. */
static size_t
sequence(const unsigned char *p, size_t len, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*out = c;
	return n;
}

static const char *
unwanted_words(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_N(unwanted); i++)
		if (c >= unwanted[i].first && c <= unwanted[i].last)
			return unwanted[i].words;
	return NULL;
}

/* What is wrong at p; NULL if nothing. *n bytes were looked at. */
static const char *
byte_problem(const unsigned char *p, size_t len, size_t *n)
{
	uint32_t c = 0;

	*n = 1;
	if (p[0] == '\r' && len > 1 && p[1] == '\n')
		return NULL;
	*n = sequence(p, len, &c);
	if (*n == 0)
		return "a byte that is not UTF-8: save the file as UTF-8";
	return unwanted_words(c);
}

/* Every byte, before libyaml sees any. */
static bool
bytes_are_text(struct builder *b)
{
	const unsigned char *p = b->bytes;
	const char *file = b->tree->file;
	size_t start = 0, n;
	int line = 1;

	if (b->len > 1 && ((p[0] == 0xff && p[1] == 0xfe) ||
	    (p[0] == 0xfe && p[1] == 0xff))) {
		problem_add(b->problems, file, 1, 1,
		    "this is UTF-16: save the file as UTF-8");
		return false;
	}
	for (size_t i = 0; i < b->len; i += n) {
		const char *words = NULL;

		n = 1;
		if (p[i] == '\n') {
			line++;
			start = i + 1;
		} else if ((p[i] < 0x20 && p[i] != '\t') || p[i] >= 0x7f) {
			words = byte_problem(p + i, b->len - i, &n);
		}
		if (words != NULL) {
			problem_add(b->problems, file, line,
			    (int)(i - start) + 1, "%s", words);
			return false;
		}
	}
	return true;
}

/*
 * libyaml counts characters, we bytes. Marks go forward but for a few steps
 * (a key is known to be one only at its colon), so a cursor keeps it linear.
 */
static int
column_of(struct builder *b, size_t index)
{
	while (b->index < index && b->byte < b->len) {
		if (b->bytes[b->byte] == '\n')
			b->line_start = b->byte + 1;
		do
			b->byte++;
		while (b->byte < b->len && (b->bytes[b->byte] & 0xc0) == 0x80);
		b->index++;
	}
	while (b->index > index && b->byte > 0) {
		do
			b->byte--;
		while (b->byte > 0 && (b->bytes[b->byte] & 0xc0) == 0x80);
		b->index--;
	}
	if (b->line_start > b->byte) {
		const unsigned char *nl = memrchr(b->bytes, '\n', b->byte);

		b->line_start = nl == NULL ? 0 : (size_t)(nl - b->bytes) + 1;
	}
	return (int)(b->byte - b->line_start) + 1;
}

static void
complain(struct builder *b, const yaml_mark_t *at, const char *words)
{
	problem_add(b->problems, b->tree->file, (int)at->line + 1,
	    column_of(b, at->index), "%s", words);
}

static int
compare_keys(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	int c = strcmp(x->key, y->key);

	if (c != 0)
		return c;
	if (x->key_line != y->key_line)
		return x->key_line < y->key_line ? -1 : 1;
	return x->key_column < y->key_column ? -1 :
	    x->key_column > y->key_column;
}

/* By sorting: no choice of keys makes that slow. */
static void
check_duplicates(struct builder *b, const struct level *l)
{
	struct node **sorted;
	size_t n = 0;

	if (l->n < 2)
		return;
	sorted = xcalloc(l->n, sizeof(struct node *));
	for (struct node *y = l->node->child; y != NULL; y = y->next)
		sorted[n++] = y;
	qsort(sorted, n, sizeof(struct node *), compare_keys);
	for (size_t i = 1; i < n; i++) {
		struct text key = {0};

		if (strcmp(sorted[i]->key, sorted[i - 1]->key) != 0)
			continue;
		text_add_escaped(&key, sorted[i]->key, strlen(sorted[i]->key),
		    60);
		problem_add(b->problems, b->tree->file, sorted[i]->key_line,
		    sorted[i]->key_column, "the key \"%s\" stands twice in "
		    "this map, first on line %d: keep one of them",
		    text_str(&key), sorted[i - 1]->key_line);
		text_done(&key);
	}
	free(sorted);
}

static struct node *
add_node(struct builder *b, enum node_kind kind, const yaml_mark_t *at)
{
	struct node *y = arena_new(&b->tree->arena, 1, sizeof(*y));
	struct level *l;

	y->kind = kind;
	y->line = (int)at->line + 1;
	y->column = column_of(b, at->index);
	y->value = "";
	if (b->depth == 0) {
		b->tree->root = y;
		return y;
	}
	l = &b->open[b->depth - 1];
	y->key = l->key;
	y->key_line = l->key_line;
	y->key_column = l->key_column;
	l->key = NULL;
	*l->tail = y;
	l->tail = &y->next;
	l->n++;
	return y;
}

static bool
key_is_next(const struct builder *b)
{
	const struct level *l = &b->open[b->depth > 0 ? b->depth - 1 : 0];

	return b->depth > 0 && l->node->kind == NODE_MAP && l->key == NULL;
}

static void
add_scalar(struct builder *b, const yaml_mark_t *at, const char *value,
    size_t len, bool plain)
{
	const char *copy;

	if (memchr(value, '\0', len) != NULL) {
		complain(b, at, "a NUL character (\"\\0\") in a value: remove "
		    "it");
		len = 0;
	}
	if (len > NODE_MAX_SCALAR) {
		complain(b, at, "a value longer than 64 KiB: shorten it");
		len = 0;
	}
	copy = arena_copy(&b->tree->arena, value, len);
	if (key_is_next(b)) {
		struct level *l = &b->open[b->depth - 1];

		l->key = copy;
		l->key_line = (int)at->line + 1;
		l->key_column = column_of(b, at->index);
		return;
	}
	struct node *y = add_node(b, NODE_SCALAR, at);

	y->plain = plain;
	y->value = copy;
}

static bool
open_level(struct builder *b, enum node_kind kind, const yaml_mark_t *at)
{
	struct node *y;

	if (key_is_next(b)) {
		complain(b, at, "a list or map as a key: a key is one word");
		return false;
	}
	if (b->depth == NODE_MAX_DEPTH) {
		complain(b, at, "lists and maps are nested more than 32 deep: "
		    "check the indentation and the brackets");
		return false;
	}
	y = add_node(b, kind, at);
	b->open[b->depth++] = (struct level){ .node = y, .tail = &y->child };
	return true;
}

static void
refuse_extras(struct builder *b, const yaml_mark_t *at,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		complain(b, at, "an anchor (&name): write the value out where "
		    "it is needed, or use groups");
	if (tag != NULL)
		complain(b, at, "a tag (!type): leave it out");
}

static bool
on_document(struct builder *b, const yaml_event_t *e)
{
	const yaml_mark_t *at = &e->start_mark;

	if (b->document) {
		complain(b, at, "a second document begins here: put it into a "
		    "file of its own");
		return false;
	}
	b->document = true;
	if (e->data.document_start.version_directive != NULL ||
	    e->data.document_start.tag_directives.start !=
	    e->data.document_start.tag_directives.end)
		complain(b, at, "a directive (%...): leave it out");
	return true;
}

static void
on_alias(struct builder *b, const yaml_mark_t *at)
{
	complain(b, at, "an alias (*name): write the value out, or use "
	    "groups");
	add_scalar(b, at, "*", 1, true);
}

/* False: no use in going on; a problem was added. */
static bool
on_event(struct builder *b, const yaml_event_t *e)
{
	const yaml_mark_t *at = &e->start_mark;

	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(b, e);
	case YAML_ALIAS_EVENT:
		on_alias(b, at);
		return true;
	case YAML_SCALAR_EVENT:
		refuse_extras(b, at, e->data.scalar.anchor, e->data.scalar.tag);
		add_scalar(b, at, (const char *)e->data.scalar.value,
		    e->data.scalar.length,
		    e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
		return true;
	case YAML_SEQUENCE_START_EVENT:
		refuse_extras(b, at, e->data.sequence_start.anchor,
		    e->data.sequence_start.tag);
		return open_level(b, NODE_LIST, at);
	case YAML_MAPPING_START_EVENT:
		refuse_extras(b, at, e->data.mapping_start.anchor,
		    e->data.mapping_start.tag);
		return open_level(b, NODE_MAP, at);
	case YAML_MAPPING_END_EVENT:
		check_duplicates(b, &b->open[b->depth - 1]);
		b->depth--;
		return true;
	case YAML_SEQUENCE_END_EVENT:
		b->depth--;
		return true;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return true;
	}
	return true;
}

/* yaml_read_handler_t: lends bytes, but not without end between two events. */
static int
feed(void *ctx, unsigned char *buffer, size_t size, size_t *read)
{
	struct builder *b = ctx;
	size_t n = b->len - b->fed;

	if (b->fed > b->fed_limit)
		return 0;
	if (n > size)
		n = size;
	memcpy(buffer, b->bytes + b->fed, n);
	b->fed += n;
	*read = n;
	return 1;
}

static void
syntax_problem(struct builder *b, const yaml_parser_t *p)
{
	const char *words = p->problem != NULL ? p->problem : "cannot be read";
	struct text t = {0};

	if (b->fed > b->fed_limit) {
		complain(b, &b->last, "the value or comment behind this place "
		    "is longer than 16 MiB: shorten it");
		return;
	}
	for (size_t i = 0; i < ARRAY_N(syntax); i++)
		if (strcmp(words, syntax[i].theirs) == 0 ||
		    (p->context != NULL &&
		    strcmp(p->context, syntax[i].theirs) == 0))
			text_add(&t, syntax[i].ours);
	if (t.len == 0)
		text_addf(&t, "not readable as YAML: %s", words);
	if (p->context != NULL && p->context_mark.line < p->problem_mark.line)
		text_addf(&t, " (what it belongs to begins on line %zu)",
		    p->context_mark.line + 1);
	complain(b, &p->problem_mark, text_str(&t));
	text_done(&t);
}

static bool
run(struct builder *b)
{
	yaml_parser_t p;
	bool more = true, good = true;

	if (!yaml_parser_initialize(&p))
		return xcalloc(SIZE_MAX, 1) != NULL;	/* ends the process */
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&p, feed, b);
	while (good && more) {
		yaml_event_t e;

		b->fed_limit = b->fed + MAX_GAP;
		if (!yaml_parser_parse(&p, &e)) {
			syntax_problem(b, &p);
			good = false;
			break;
		}
		more = e.type != YAML_STREAM_END_EVENT;
		b->last = e.end_mark;
		if (++b->nodes > NODE_MAX_NODES) {
			complain(b, &e.start_mark, "more than 4,000,000 values "
			    "in one file: split it");
			good = false;
		} else {
			good = on_event(b, &e);
		}
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&p);
	return good;
}

struct node_tree *
node_parse(const char *file, const char *bytes, size_t len,
    struct problems *ps)
{
	struct node_tree *tree = xcalloc(1, sizeof(*tree));
	struct builder *b = xcalloc(1, sizeof(*b));
	bool good = false;

	tree->file = arena_strdup(&tree->arena, file);
	b->tree = tree;
	b->problems = ps;
	b->bytes = (const unsigned char *)bytes;
	b->len = len;
	if (len > NODE_MAX_BYTES)
		problem_add(ps, file, 0, 0, "larger than 256 MiB: split it");
	else
		good = bytes_are_text(b) && run(b);
	if (good && tree->root == NULL) {
		tree->root = arena_new(&tree->arena, 1, sizeof(struct node));
		*tree->root = (struct node){ .kind = NODE_MAP, .line = 1,
		    .column = 1, .value = "" };
	}
	free(b);
	if (good)
		return tree;
	node_tree_free(tree);
	return NULL;
}

const struct node *
node_root(const struct node_tree *tree)
{
	return tree->root;
}

const char *
node_file(const struct node_tree *tree)
{
	return tree->file;
}

void
node_tree_free(struct node_tree *tree)
{
	if (tree == NULL)
		return;
	arena_done(&tree->arena);
	free(tree);
}

const struct node *
node_find(const struct node *map, const char *key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (const struct node *y = map->child; y != NULL; y = y->next)
		if (strcmp(y->key, key) == 0)
			return y;
	return NULL;
}
