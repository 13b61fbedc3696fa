/* SPDX-License-Identifier: ISC */
/*
 * yaml.h - a YAML text as a tree in which every node knows where it stood.
 * A strict subset, built from libyaml's events: one document, no aliases, no
 * anchors, no tags, no duplicate keys, plain scalar keys, nesting up to
 * YAML_MAX_DEPTH. Values stay text; what they mean is the reader's business.
 */
#ifndef CWAUDIT_YAML_H
#define CWAUDIT_YAML_H

#include "cwaudit/problem.h"

#define YAML_MAX_DEPTH	32
#define YAML_MAX_BYTES	(256u << 20)	/* a larger file is refused unread */
#define YAML_MAX_SCALAR	(64u << 10)
#define YAML_MAX_NODES	8000000u

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind	 kind;
	int		 line;		/* from 1 */
	int		 column;	/* from 1 */
	bool		 plain;		/* a scalar without quotes */
	const char	*value;		/* scalar: NUL-terminated, no NUL inside */
	const char	*key;		/* own key, if it stands in a map */
	int		 key_line;
	int		 key_column;
	struct yaml	*child;		/* list items or map values, in order */
	struct yaml	*next;		/* the next of the same parent */
};

/*
 * Parses a whole text. NULL after at least one problem_add; an empty document
 * gives an empty map. The tree belongs to the caller and is freed at once.
 */
struct yaml_tree;
struct yaml_tree *yaml_parse(const char *file, const char *bytes, size_t len,
	    struct problems *) MUST_USE;
const struct yaml *yaml_root(const struct yaml_tree *);
const char	*yaml_file(const struct yaml_tree *);
void		 yaml_free(struct yaml_tree *);

/* The value of a key of a map, or NULL. */
const struct yaml *yaml_find(const struct yaml *map, const char *key);

#endif
