/* SPDX-License-Identifier: ISC */
/* text.c - strings that grow; the only way from a peer's bytes to a reader. */
#include "cwaudit/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

#define ARRAY_N(a)	(sizeof(a) / sizeof((a)[0]))

void
text_done(struct text *t)
{
	free(t->data);
	*t = (struct text){0};
}

void
text_reset(struct text *t)
{
	t->len = 0;
	if (t->data != NULL)
		t->data[0] = '\0';
}

const char *
text_str(const struct text *t)
{
	return t->data != NULL ? t->data : "";
}

char *
text_take(struct text *t)
{
	char *s = t->data != NULL ? xrealloc(t->data, t->len + 1, 1) :
	    xstrdup("");

	*t = (struct text){0};
	return s;
}

void
text_shrink(struct text *t)
{
	if (t->data == NULL)
		return;
	t->data = xrealloc(t->data, t->len + 1, 1);
	t->cap = t->len + 1;
}

static void
reserve(struct text *t, size_t more)
{
	size_t need = t->len + more + 1;

	if (need <= t->cap)
		return;
	if (need < t->cap * 2)
		need = t->cap * 2;
	else if (need < 64)
		need = 64;
	t->data = xrealloc(t->data, need, 1);
	t->cap = need;
}

void
text_add_bytes(struct text *t, const void *bytes, size_t len)
{
	reserve(t, len);
	if (len > 0)
		memcpy(t->data + t->len, bytes, len);
	t->len += len;
	t->data[t->len] = '\0';
}

void
text_add(struct text *t, const char *s)
{
	text_add_bytes(t, s, strlen(s));
}

void
text_add_char(struct text *t, char c)
{
	text_add_bytes(t, &c, 1);
}

void
text_addv(struct text *t, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n > 0) {
		reserve(t, (size_t)n);
		(void)vsnprintf(t->data + t->len, (size_t)n + 1, fmt, again);
		t->len += (size_t)n;
	}
	va_end(again);
}

void
text_addf(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_addv(t, fmt, ap);
	va_end(ap);
}

void
text_add_hex(struct text *t, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	reserve(t, len * 2);
	for (size_t i = 0; i < len; i++) {
		t->data[t->len++] = digits[bytes[i] >> 4];
		t->data[t->len++] = digits[bytes[i] & 15];
	}
	t->data[t->len] = '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
text_parse_hex(const char *s, uint8_t *out, size_t len)
{
	if (strlen(s) != len * 2)
		return false;
	for (size_t i = 0; i < len * 2; i++)
		if (hex_digit(s[i]) < 0)
			return false;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(hex_digit(s[i * 2]) * 16 +
		    hex_digit(s[i * 2 + 1]));
	return true;
}

/*
 * The length of the UTF-8 sequence at p and its code point, or 0 where it is
 * not one (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
 */
static size_t
utf8_decode(const unsigned char *p, size_t len, uint32_t *out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	uint32_t c;

	if (n == 0 || n > len)
		return 0;
	c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
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

/* Code points that hide, reorder or end a line. */
static bool
harmful(uint32_t c)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f },
		{ 0xad, 0xad },			/* soft hyphen */
		{ 0x61c, 0x61c },		/* Arabic letter mark */
		{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x200b, 0x200f },		/* zero width, LRM, RLM */
		{ 0x2028, 0x202e },		/* separators, bidi embedding */
		{ 0x2060, 0x206f },		/* invisible, bidi isolates */
		{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < ARRAY_N(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

size_t
text_next(const char *s, size_t len, bool *bad)
{
	uint32_t c = 0;
	size_t n = utf8_decode((const unsigned char *)s, len, &c);

	*bad = n == 0 || harmful(c);
	return n > 0 ? n : 1;
}

void
text_add_visible(struct text *t, const char *s)
{
	for (size_t len = strlen(s), n; len > 0; s += n, len -= n) {
		bool bad = false;

		for (n = 0; s[n] >= ' ' && s[n] <= '~'; n++)
			;			/* most text is this */
		if (n == 0)
			n = text_next(s, len, &bad);
		if (!bad || *s == '\n')
			text_add_bytes(t, s, n);
		else
			for (size_t i = 0; i < n; i++)
				text_addf(t, "\\x%02X", (unsigned char)s[i]);
	}
}

void
text_add_escaped(struct text *t, const void *bytes, size_t len, size_t max)
{
	const unsigned char *p = bytes;
	size_t end = max > 0 && len > max ? max : len;

	for (size_t i = 0; i < end;) {
		uint32_t c = 0;
		size_t n = utf8_decode(p + i, len - i, &c);

		if (n > 0 && i + n > end)
			break;
		if (n > 0 && !harmful(c) && c != '"' && c != '\\') {
			text_add_bytes(t, p + i, n);
			i += n;
			continue;
		}
		for (n = n > 0 ? n : 1; n > 0; n--, i++)
			text_addf(t, "\\x%02X", p[i]);
	}
	if (end < len)
		text_add(t, "...");
}

void
text_add_word(struct text *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";

	if (*s != '\0' && s[strspn(s, plain)] == '\0') {
		text_add(out, s);
		return;
	}
	text_add_char(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			text_add(out, "'\\''");
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			text_add_char(out, '?');
		else
			text_add_char(out, *s);
	}
	text_add_char(out, '\'');
}

const char *
plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

void
strings_done(struct strings *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->item[i]);
	free(s->item);
	*s = (struct strings){0};
}

void
strings_add(struct strings *s, const char *item)
{
	s->item = xgrow(s->item, s->n, &s->cap, sizeof(*s->item));
	s->item[s->n++] = xstrdup(item);
}

bool
strings_has(const struct strings *s, const char *item)
{
	for (size_t i = 0; i < s->n; i++)
		if (text_equal(s->item[i], item))
			return true;
	return false;
}

void
strings_add_unique(struct strings *s, const char *item)
{
	if (!strings_has(s, item))
		strings_add(s, item);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
strings_sort(struct strings *s)
{
	if (s->n > 1)
		qsort(s->item, s->n, sizeof(*s->item), by_bytes);
}

void
strings_copy(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->n; i++)
		strings_add(to, from->item[i]);
}

bool
strings_equal(const struct strings *a, const struct strings *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->item[i], b->item[i]) != 0)
			return false;
	return true;
}

void
strings_join(const struct strings *s, const char *sep, struct text *out)
{
	for (size_t i = 0; i < s->n; i++) {
		if (i > 0)
			text_add(out, sep);
		text_add(out, s->item[i]);
	}
}

static int
fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

bool
text_equal_bytes(const char *a, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	if (strlen(a) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (fold((unsigned char)a[i]) != fold(b[i]))
			return false;
	return true;
}

bool
text_equal(const char *a, const char *b)
{
	return text_equal_bytes(a, b, strlen(b));
}

void
text_lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)fold((unsigned char)*s);
}

#define NEAREST_MAX 40	/* longer words have no near ones */

/* Levenshtein distance with one row; both at most NEAREST_MAX long. */
static size_t
distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t row[NEAREST_MAX + 1];

	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[nb];
}

const char *
text_nearest(const char *word, const char *const *words, size_t n)
{
	const char *best = NULL;
	size_t len = strlen(word);
	size_t limit = len / 3 + 1;

	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(words[i]);
		size_t d;

		if (other > NEAREST_MAX)
			continue;
		d = distance(word, len, words[i], other);
		if (d < limit || (d == limit && best == NULL && d < len)) {
			limit = d;
			best = words[i];
		}
	}
	return best;
}

bool
text_number(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (*s < '0' || *s > '9')
			return false;
		if (v > (max - digit) / 10 || digit > max)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}
