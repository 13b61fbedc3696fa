/* SPDX-License-Identifier: ISC */
/* finding.c - lists of results, and the id of a finding. */
#include "cwaudit/finding.h"

#include <stdlib.h>
#include <string.h>

#include "cwaudit/mem.h"

void
results_done(struct results *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		free(rs->item[i].message);
		free(rs->item[i].remedy);
		strings_done(&rs->item[i].offenders);
		strings_done(&rs->item[i].nodes);
		strings_done(&rs->item[i].places);
	}
	free(rs->item);
	*rs = (struct results){0};
}

struct result *
results_add(struct results *rs)
{
	rs->item = xgrow(rs->item, rs->n, &rs->cap, sizeof(*rs->item));
	rs->item[rs->n] = (struct result){0};
	return &rs->item[rs->n++];
}

void
results_move(struct results *to, struct results *from)
{
	for (size_t i = 0; i < from->n; i++)
		*results_add(to) = from->item[i];
	free(from->item);
	*from = (struct results){0};
}

/* Length first, so that no two lists of parts read the same. */
static void
add_part(struct text *all, const char *part)
{
	size_t len = strlen(part);
	uint8_t prefix[4] = {
		(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
		(uint8_t)len
	};

	text_add_bytes(all, prefix, sizeof(prefix));
	text_add_bytes(all, part, len);
}

void
finding_id(char id[FINDING_ID], const char *owner, const char *kind,
    const char *site, unsigned port, const char *rule)
{
	struct text all = {0}, number = {0}, hex = {0};
	uint8_t hash[CERT_SHA256];

	text_addf(&number, "%u", port);
	add_part(&all, owner);
	add_part(&all, kind);
	add_part(&all, site);
	add_part(&all, text_str(&number));
	add_part(&all, rule);
	cert_sha256((const uint8_t *)all.data, all.len, hash);
	text_add_hex(&hex, hash, (FINDING_ID - 1) / 2);
	memcpy(id, text_str(&hex), FINDING_ID);
	text_done(&all);
	text_done(&number);
	text_done(&hex);
}
