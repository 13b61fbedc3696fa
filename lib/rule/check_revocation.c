/* SPDX-License-Identifier: ISC */
/* check_revocation.c - did a CA take the certificate, or itself one, back? */
#include "cwaudit/check.h"

/*
 * Asked for, and an answer there? Else *early is what the rules say: off and
 * nothing that could be revoked do not apply, the rest is not known yet.
 */
static bool
was_asked(const struct subject *s, enum verdict *early)
{
	*early = VERDICT_NOT_APPLICABLE;
	if (!s->endpoint->settings->revocation)
		return false;
	*early = VERDICT_UNKNOWN;
	if (s->leaf == NULL || s->revocation == NULL)
		return false;
	*early = VERDICT_NOT_APPLICABLE;
	return s->revocation->n > 0;
}

/* "the MTLS certificate of a", "CN=Sub CA, a CA above the MTLS ..." */
static void
add_which(const struct subject *s, size_t i, struct text *out)
{
	if (i > 0) {
		cert_add_subject(s->revocation->item[i].cert, out);
		text_add(out, ", a CA above ");
	}
	check_add_what(s, out);
}

static void
add_offender(const struct revocation_item *item, struct why *why)
{
	struct text name = {0};

	cert_add_subject(item->cert, &name);
	strings_add(&why->offenders, text_str(&name));
	text_done(&name);
}

static void
add_source(const struct revocation_item *item, struct text *out)
{
	switch (item->source) {
	case REVOCATION_STAPLE:
		text_add(out, "the OCSP response that the server staples");
		return;
	case REVOCATION_OCSP:
		text_addf(out, "the OCSP responder %s", item->url);
		return;
	case REVOCATION_CRL:
		text_addf(out, "the CRL %s", item->url);
		return;
	}
}

/* Every word of the state that its CA gave it. */
static void
add_revoked(const struct subject *s, size_t i, struct text *out)
{
	const struct revocation_item *item = &s->revocation->item[i];
	const struct revocation_status *st = &item->status;
	const char *reason = revocation_reason_words(st->reason);
	bool on_hold = st->reason == REVOCATION_ON_HOLD;
	char when[CLOCK_TEXT];

	add_which(s, i, out);
	text_addf(out, " is %s", on_hold ? "on hold" : "revoked");
	if (st->revoked_at != CLOCK_NEVER)
		text_addf(out, " %s %s%s", st->revoked_at > s->now ? "from" :
		    "since", clock_format(st->revoked_at, when),
		    st->revoked_at > s->now ? ", which is to come" : "");
	if (on_hold)
		text_add(out, " (its CA may release it again)");
	else
		text_addf(out, " (reason: %s)", reason != NULL ? reason :
		    "not given");
	text_add(out, ", says ");
	add_source(item, out);
}

/* A new certificate from the same place would not help: say what does. */
static void
add_remedy(const struct subject *s, size_t worst, struct text *out)
{
	const struct revocation_item *item = &s->revocation->item[worst];

	if (item->status.reason == REVOCATION_ON_HOLD) {
		text_add(out, "Ask ");
		cert_add_issuer(item->cert, out);
		text_add(out, " why it holds ");
		cert_add_subject(item->cert, out);
		text_add(out, "; have it released, or ");
		check_add_what(s, out);
		text_add(out, " replaced.");
	} else if (worst > 0) {
		text_add(out, "Have ");
		check_add_what(s, out);
		text_add(out, " replaced by one that is not issued below ");
		cert_add_subject(item->cert, out);
		text_add(out, ": what else that CA issued is refused, too.");
	}
}

enum verdict
check_revoked(const struct subject *s, struct why *why)
{
	enum verdict verdict;
	bool all_good = true;
	size_t worst = 0;	/* the CA nearest to the root takes all down */

	if (!was_asked(s, &verdict))
		return verdict;
	for (size_t i = 0; i < s->revocation->n; i++) {
		const struct revocation_item *item = &s->revocation->item[i];

		all_good &= item->status.answer == REVOCATION_GOOD;
		if (item->status.answer != REVOCATION_REVOKED)
			continue;
		text_add(&why->message, why->offenders.n > 0 ? "; " : "");
		add_offender(item, why);
		add_revoked(s, i, &why->message);
		worst = i;
	}
	if (why->offenders.n == 0)
		return all_good ? VERDICT_PASS : VERDICT_UNKNOWN;
	why->offenders_key = "revoked";
	add_remedy(s, worst, &why->remedy);
	text_add(&why->message, "; peers that check refuse it");
	return VERDICT_FAIL;
}

enum verdict
check_revocation_unknown(const struct subject *s, struct why *why)
{
	enum verdict verdict;

	if (!was_asked(s, &verdict))
		return verdict;
	for (size_t i = 0; i < s->revocation->n; i++) {
		const struct revocation_item *item = &s->revocation->item[i];

		if (item->status.answer != REVOCATION_UNKNOWN)
			continue;
		text_add(&why->message, why->offenders.n > 0 ? "; whether " :
		    "whether ");
		add_offender(item, why);
		add_which(s, i, &why->message);
		text_addf(&why->message, " was revoked is not known: %s",
		    text_str(&item->status.words));
	}
	if (why->offenders.n == 0)
		return VERDICT_PASS;
	why->offenders_key = "unknown";
	return VERDICT_FAIL;
}
