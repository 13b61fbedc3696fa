/* SPDX-License-Identifier: ISC */
/*
 * cert_near.c - a name that stands in a certificate, and the one that was
 * meant. Nothing here is guessed from the inventory: both are compared letter
 * by letter, and what differs is put into words, above all where an eye sees
 * no difference.
 */
#include "cwaudit/cert.h"

#include <string.h>

#define NEAR_MAX	320	/* bytes of a peer's name; longer ones are none */
#define LABEL_MAX	63
#define LABELS_MAX	127	/* of 253 bytes */
#define LETTERS_MAX	2	/* wrong ones in all */

struct slice {
	const char	*s;
	size_t		 len;
};

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
equals(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (fold(a.s[i]) != fold(b.s[i]))
			return false;
	return true;
}

/* -- what an eye does not see --------------------------------------------- */

static struct slice
trim(struct slice a, const char *set)
{
	while (a.len > 0 && is_one_of(a.s[0], set)) {
		a.s++;
		a.len--;
	}
	while (a.len > 0 && is_one_of(a.s[a.len - 1], set))
		a.len--;
	return a;
}

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Up to a control byte, or without any of them. */
static bool
equals_but_for_controls(struct slice a, struct slice name)
{
	size_t k = 0, first = 0;
	bool same = true;

	while (first < a.len && !is_control(a.s[first]))
		first++;
	if (first == a.len)
		return false;
	if (equals((struct slice){ a.s, first }, name))
		return true;
	for (size_t i = 0; i < a.len; i++) {
		if (is_control(a.s[i]))
			continue;
		same = same && k < name.len && fold(a.s[i]) == fold(name.s[k]);
		k++;
	}
	return same && k == name.len;
}

/*
 * Each character beyond ASCII stands for one letter of the name, or for none:
 * look-alikes, letters with accents, and those that have no width.
 */
static bool
equals_but_for_foreign(struct slice a, struct slice name, bool none)
{
	size_t k = 0;
	bool any = false;

	for (size_t i = 0; i < a.len; i++) {
		unsigned char c = (unsigned char)a.s[i];

		if ((c & 0xc0) == 0x80)
			continue;	/* the rest of a character */
		if (c >= 0x80) {
			any = true;
			k += none ? 0 : 1;
		} else if (k >= name.len || fold(a.s[i]) != fold(name.s[k++]))
			return false;
	}
	return any && k == name.len;
}

/* The host part of "https://im.contoso.com:443/cwa", or all of it. */
static struct slice
host_part(struct slice a)
{
	const char *host = memmem(a.s, a.len, "://", 3);
	size_t len = 0;

	if (host != NULL) {
		a.len -= (size_t)(host + 3 - a.s);
		a.s = host + 3;
	}
	while (len < a.len && !is_one_of(a.s[len], "/:?#"))
		len++;
	return (struct slice){ a.s, len };
}

/* But for the characters of a set, on both sides. */
static bool
equals_without(struct slice a, struct slice b, const char *set)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.len && is_one_of(a.s[i], set))
			i++;
		while (k < b.len && is_one_of(b.s[k], set))
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (fold(a.s[i++]) != fold(b.s[k++]))
			return false;
	}
}

/* -- labels --------------------------------------------------------------- */

static size_t
split(struct slice a, struct slice label[LABELS_MAX])
{
	size_t n = 0, start = 0;

	for (size_t i = 0; i <= a.len && n < LABELS_MAX; i++) {
		if (i < a.len && a.s[i] != '.')
			continue;
		label[n++] = (struct slice){ a.s + start, i - start };
		start = i + 1;
	}
	return n;
}

/* The label that a has beyond b, or a.n where it is not one more. */
static size_t
one_more(const struct slice *a, size_t n, const struct slice *b, size_t m)
{
	size_t at = 0;

	if (n != m + 1)
		return n;
	while (at < m && equals(a[at], b[at]))
		at++;
	for (size_t i = at; i < m; i++)
		if (!equals(a[i + 1], b[i]))
			return n;
	return at;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Letters to change, to add, to leave out or to swap with their neighbour
 * (optimal string alignment). Both at most LABEL_MAX long.
 */
static size_t
letters_wrong(struct slice a, struct slice b)
{
	size_t row[3][LABEL_MAX + 1];

	for (size_t k = 0; k <= b.len; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *now = row[i % 3], *above = row[(i + 2) % 3];
		const size_t *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t k = 1; k <= b.len; k++) {
			unsigned char x = fold(a.s[i - 1]);
			unsigned char y = fold(b.s[k - 1]);

			now[k] = least(above[k - 1] + (x != y),
			    least(above[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && x == fold(b.s[k - 2]) &&
			    y == fold(a.s[i - 2]))
				now[k] = least(now[k], before[k - 2] + 1);
		}
	}
	return row[a.len % 3][b.len];
}

/*
 * im and hr are two names, and so are im and in: short labels have to be
 * right, but for two letters that were swapped.
 */
static bool
is_misspelt(struct slice a, struct slice b, size_t *wrong)
{
	size_t letters;

	if (a.len == 0 || a.len > LABEL_MAX || b.len > LABEL_MAX ||
	    a.len > b.len + LETTERS_MAX || b.len > a.len + LETTERS_MAX ||
	    equals_without(a, b, "0123456789"))
		return false;	/* cwa01 and cwa02 are two hosts */
	letters = letters_wrong(a, b);
	*wrong += letters;
	if (b.len < 3)
		return letters == 1 && a.len == 2 && b.len == 2 &&
		    fold(a.s[0]) == fold(b.s[1]) && fold(a.s[1]) == fold(b.s[0]);
	return letters <= (b.len < 6 ? 1u : LETTERS_MAX);
}

static const char *
near_by_labels(struct slice there, struct slice name)
{
	struct slice a[LABELS_MAX], b[LABELS_MAX];
	size_t n = split(there, a), m = split(name, b), at, wrong = 0;

	if (n == 1)
		return equals(a[0], b[0]) ? "the short name" : NULL;
	at = one_more(a, n, b, m);
	if (at < n)
		return (at > 0 && equals(a[at], a[at - 1])) || (at + 1 < n &&
		    equals(a[at], a[at + 1])) ? "a label is doubled" : NULL;
	at = one_more(b, m, a, n);
	if (at < m)	/* the first one aside: that is the parent domain */
		return at > 0 ? "a label is missing" : NULL;
	if (n != m)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!equals(a[i], b[i]) && !is_misspelt(a[i], b[i], &wrong))
			return NULL;
	return wrong > 0 && wrong <= LETTERS_MAX ? "misspelt" : NULL;
}

const char *
cert_name_near(const char *there, size_t len, const char *wanted)
{
	struct slice a = { there, len }, name = { wanted, strlen(wanted) };

	if (len == 0 || len > NEAR_MAX || name.len > NEAR_MAX ||
	    memchr(there, '*', len) != NULL || equals(a, name))
		return NULL;
	if (equals(trim(a, " "), name))
		return "with a blank beside it";
	if (equals(trim(a, "."), name))
		return "with a dot beside it";
	if (equals_but_for_controls(a, name))
		return "with a control byte in it";
	if (equals_but_for_foreign(a, name, false) ||
	    equals_but_for_foreign(a, name, true))
		return "with characters that are not ASCII";
	if (equals(host_part(a), name))
		return "a URL or port instead of the name";
	if (equals_without(a, name, ".,-_ "))
		return "other dots or hyphens";
	return near_by_labels(a, name);
}
