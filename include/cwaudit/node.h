/* SPDX-License-Identifier: ISC */
/*
 * yaml.h - a YAML text as a tree in which every node knows where it stood.
 * A strict subset, built from libyaml's events: one document, no aliases, no
 * anchors, no tags, no duplicate keys, scalars as keys, nesting up to
 * NODE_MAX_DEPTH. Values stay text; what they mean is the reader's business.
 */
#ifndef CWAUDIT_NODE_H
#define CWAUDIT_NODE_H

#include "cwaudit/problem.h"

#define NODE_MAX_DEPTH	32
#define NODE_MAX_BYTES	(64u << 20)	/* a larger file is refused unread */
#define NODE_MAX_SCALAR	(64u << 10)
#define NODE_MAX_NODES	4000000u	/* keys, values, brackets */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind	 kind;
	int		 line;		/* from 1 */
	int		 column;	/* from 1 */
	bool		 plain;		/* a scalar without quotes */
	const char	*value;		/* scalar: NUL-terminated, no NUL inside */
	const char	*key;		/* own key, if it stands in a map */
	int		 key_line;
	int		 key_column;
	struct node	*child;		/* list items or map values, in order */
	struct node	*next;		/* the next of the same parent */
};

/*
 * Parses a whole text. NULL after a problem that leaves no tree: bytes that are
 * no text, wrong syntax, a limit. Aliases, anchors, tags, directives and
 * duplicate keys are problems as well, but the tree is built without them, so
 * that its reader can go on and all is told at once: look at problems.n in the
 * end. An empty document gives an empty map. The tree belongs to the caller.
 */
struct node_tree;
struct node_tree *node_parse(const char *file, const char *bytes, size_t len,
	    struct problems *) MUST_USE;
const struct node *node_root(const struct node_tree *);
const char	*node_file(const struct node_tree *);
/* libyaml has a yaml_free of its own, and calls whichever is linked first. */
void		 node_tree_free(struct node_tree *);	/* NULL is fine */

/* The value of a key of a map, or NULL. */
const struct node *node_find(const struct node *map, const char *key);

#endif
