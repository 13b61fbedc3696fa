/* SPDX-License-Identifier: ISC */
/*
 * text.h - strings that grow, lists of strings, and the one place where bytes
 * from a peer become printable.
 * Not for secrets: nothing here is wiped.
 */
#ifndef CWAUDIT_TEXT_H
#define CWAUDIT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE(f, a)	__attribute__((format(printf, f, a)))
#define MUST_USE		__attribute__((warn_unused_result))

/* A growing string. All zero is an empty one; text_done gives it back. */
struct text {
	char	*data;		/* NUL-terminated, or NULL while empty */
	size_t	 len;		/* without the NUL */
	size_t	 cap;
};

void	 text_done(struct text *);		/* leaves an empty text */
void	 text_reset(struct text *);		/* empty, keeps the memory */
const char *text_str(const struct text *);	/* "" when empty; borrowed */
char	*text_take(struct text *);		/* caller frees; never NULL */
void	 text_shrink(struct text *);		/* no more memory than it needs */

void	 text_add(struct text *, const char *);
void	 text_add_bytes(struct text *, const void *, size_t len);
void	 text_add_char(struct text *, char);
void	 text_addf(struct text *, const char *, ...) PRINTF_LIKE(2, 3);
void	 text_addv(struct text *, const char *, va_list);
void	 text_add_hex(struct text *, const uint8_t *, size_t len); /* lower case */
/* Exactly len bytes in hex digits of either case; false leaves out as it is. */
bool	 text_parse_hex(const char *, uint8_t *out, size_t len) MUST_USE;

/*
 * Bytes from outside, made harmless: controls, DEL, C1, invalid UTF-8, bidi
 * and invisible format controls, line separators, double quote and backslash
 * become \xNN byte by byte. What is left is valid UTF-8 on one line.
 * At most max input bytes are shown (0: all); "..." marks a cut.
 */
void	 text_add_escaped(struct text *, const void *, size_t len, size_t max);

/*
 * Text that is ours or was made harmless once, for people: what hides or
 * reorders characters, and what is no UTF-8, is shown as \xNN; quotes,
 * backslashes and line feeds stay.
 */
void	 text_add_visible(struct text *, const char *);
/* The bytes of the next character; bad: they are to be shown so. len is not
 * 0. */
size_t	 text_next(const char *, size_t len, bool *bad);

/*
 * A word of a shell's command line, quoted where it is more than a plain name;
 * control characters, which no command shown should hold, become "?".
 */
void	 text_add_word(struct text *, const char *);

/* What the noun after a count of n ends in: "s", but "" after 1. */
const char *plural(uint64_t n);

/* A list of strings that owns its items. All zero is an empty list. */
struct strings {
	char	**item;
	size_t	  n;
	size_t	  cap;
};

void	 strings_done(struct strings *);
void	 strings_add(struct strings *, const char *);		/* copies */
void	 strings_add_unique(struct strings *, const char *);	/* ASCII case */
bool	 strings_has(const struct strings *, const char *);	/* ASCII case */
void	 strings_sort(struct strings *);			/* by bytes */
/* The same items in the same order, byte for byte? */
bool	 strings_equal(const struct strings *, const struct strings *);
void	 strings_copy(struct strings *to, const struct strings *from);
/* item, sep, item ...; items are taken as they are */
void	 strings_join(const struct strings *, const char *sep, struct text *);

/* ASCII only: a peer's bytes never meet a locale. */
bool	 text_equal(const char *, const char *);	/* but for case */
bool	 text_equal_bytes(const char *, const void *, size_t len); /* same */
void	 text_lower(char *);				/* in place */

/*
 * The word of a list that a person most likely meant (edit distance at most
 * a third of its length), or NULL.
 */
const char *text_nearest(const char *word, const char *const *words, size_t n);

/* Decimal digits only, no sign, no blanks; false leaves *out alone. */
bool	 text_number(const char *, uint64_t max, uint64_t *out) MUST_USE;

#endif
