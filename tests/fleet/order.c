/* SPDX-License-Identifier: ISC */
#include "order.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
add_name(struct order *o, int kind, const struct text *value)
{
	if (o->n_names == ORDER_NAMES)
		errx(1, "fleet: too many names in one certificate");
	o->name[o->n_names].kind = kind;
	text_add_bytes(&o->name[o->n_names].value, text_str(value),
	    value->len);
	o->n_names++;
}

/* Words whose value is a short string, and where it goes. */
static const struct {
	const char	*word;
	size_t		 offset, size;
} fields[] = {
#define FIELD(f) \
	{ #f, offsetof(struct order, f), sizeof ((struct order *)0)->f }
	FIELD(key), FIELD(sign), FIELD(issuer), FIELD(eku), FIELD(usage),
	FIELD(chain), FIELD(san),
#undef FIELD
};

static bool
set_field(struct order *o, const char *word, const struct text *value)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (strcmp(fields[i].word, word) != 0)
			continue;
		if (value->len >= fields[i].size)
			errx(1, "fleet: '%s' is too long", text_str(value));
		memcpy((char *)o + fields[i].offset, text_str(value),
		    value->len + 1);
		return true;
	}
	return false;
}

static void
set_word(struct order *o, const char *word, const struct text *value)
{
	if (strcmp(word, "cn") == 0 || strcmp(word, "dns") == 0 ||
	    strcmp(word, "uri") == 0 || strcmp(word, "ip") == 0)
		add_name(o, word[0], value);
	else if (strcmp(word, "from") == 0)
		o->from_days = atoi(text_str(value));
	else if (strcmp(word, "to") == 0)
		o->to_days = atoi(text_str(value));
	else if (strcmp(word, "version") == 0)
		o->version = atoi(text_str(value));
	else if (strcmp(word, "cdp") == 0)
		o->cdp = false;
	else if (strcmp(word, "ca") == 0)
		o->ca = true;
	else if (!set_field(o, word, value))
		errx(1, "fleet: no word '%s' in an order", word);
}

/* {host}, {site} and %XX; the rest as it is. */
static void
expand(struct text *to, const char *p, size_t len, const char *host,
    const char *site)
{
	const char *end = p + len;
	unsigned byte;

	while (p < end) {
		if (strncmp(p, "{host}", 6) == 0) {
			text_add(to, host);
			p += 6;
		} else if (strncmp(p, "{site}", 6) == 0) {
			text_add(to, site);
			p += 6;
		} else if (*p == '%' && sscanf(p + 1, "%2x", &byte) == 1) {
			text_add_char(to, (char)byte);
			p += 3;
		} else
			text_add_char(to, *p++);
	}
}

void
order_init(struct order *o, const char *words, const char *host,
    const char *site)
{
	static const struct order plain = {
		.from_days = -30, .to_days = 335, .version = 3,
		.key = "rsa2048", .sign = "sha256", .issuer = "issuing",
		.eku = "server", .usage = "digitalSignature,keyEncipherment",
		.chain = "issuer", .cdp = true,
	};

	*o = plain;
	while (*(words += strspn(words, " ")) != '\0') {
		size_t len = strcspn(words, " ");
		const char *eq = memchr(words, '=', len);
		struct text value = { 0 };
		char word[16];

		if (eq == NULL || (size_t)(eq - words) >= sizeof word)
			errx(1, "fleet: '%s' is no order", words);
		memcpy(word, words, (size_t)(eq - words));
		word[eq - words] = '\0';
		eq++;
		expand(&value, eq, len - (size_t)(eq - words), host, site);
		set_word(o, word, &value);
		text_done(&value);
		words += len;
	}
}

void
order_done(struct order *o)
{
	for (size_t i = 0; i < o->n_names; i++)
		text_done(&o->name[i].value);
	o->n_names = 0;
}
