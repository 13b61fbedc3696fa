/* SPDX-License-Identifier: ISC */
/*
 * check.h - the predicates behind the rules, and the words they share.
 * A check reads a subject, answers, and where it fails says why: subject,
 * fact, expectation, in a line that stands alone. It knows neither its rule's
 * id nor who reads it. Only the rule table calls the check_* of the lists
 * below; each is described by its row in rule.c.
 */
#ifndef CWAUDIT_CHECK_H
#define CWAUDIT_CHECK_H

#include "cwaudit/subject.h"

enum verdict {
	VERDICT_NOT_APPLICABLE,
	VERDICT_PASS,
	VERDICT_UNKNOWN,	/* not enough was seen: neither opens nor clears */
	VERDICT_FAIL,
};

/* What a failing check says. The loop presets severity to the row's first. */
struct why {
	enum severity	 severity;
	struct text	 message;	/* subject, fact, expectation; escaped; stands alone */
	struct text	 remedy;	/* empty: the row's, with names filled in */
	struct strings	 offenders;	/* all of them, escaped, in a stable order */
	const char	*offenders_key;	/* "missing", "wildcard" ...: log and csv key */
	struct strings	 nodes;		/* of a farm: struct result has it */
	int64_t		 ends;		/* likewise; 0: it is not about that */
};

void	why_done(struct why *);

typedef enum verdict check_fn(const struct subject *, struct why *);
typedef enum verdict check_host_fn(const struct host_view *, struct why *);

/* check_names.c */
check_fn check_mtls_subject, check_documented_single, check_wrong_service,
	 check_site_subject, check_site_names, check_subject_not_in_san,
	 check_layout_differs, check_wildcard;
/* check_odd_names.c */
check_fn check_foreign_names, check_malformed_name;
/* check_dates.c */
check_fn check_expired, check_not_yet_valid, check_expiring,
	 check_validity_order, check_lifetime;
/* check_key.c */
check_fn check_weak_key, check_key_type, check_weak_signature,
	 check_sha2_on_2003, check_key_usage, check_eku_server_auth,
	 check_version, check_leaf_is_ca, check_no_cdp, check_private_key;
/* check_chain.c */
check_fn check_self_signed, check_untrusted, check_incomplete_chain,
	 check_chain_order, check_issuer_unexpected;
/* check_revocation.c */
check_fn check_revoked, check_revocation_unknown;
/* check_listener.c */
check_fn check_unreadable, check_unreachable, check_no_certificate,
	 check_not_tls, check_handshake_broken, check_not_proven,
	 check_mtls_open, check_legacy_tls, check_address_ambiguous;
/* check_host.c */
check_host_fn check_single_split, check_mtls_split, check_https_split,
	 check_host_down;

/* The wizard's own words, so that a search for them leads here. */
#define CHECK_WIZARD_ERROR \
	"The subject of the certificate you selected doesn't match the " \
	"current computer's FQDN."

/* The longest list that a message spells out; more are counted. */
#define CHECK_LISTED	10

/*
 * "the MTLS certificate of cwa01.nwtraders.local", "the HTTPS certificate of
 * im.contoso.com on cwa01.nwtraders.local", ...
 */
void	check_add_what(const struct subject *, struct text *);
/* "port 5061 (MTLS) of cwa01.nwtraders.local at 10.0.0.1"; of a file its name */
void	check_add_port(const struct subject *, struct text *);
/* "a, b, c", after CHECK_LISTED " and 12 more" */
void	check_add_list(const struct strings *, struct text *);
/* "CN is im.contoso.com", "CNs are a, b", "it has no CN" */
void	check_add_cn(const struct cert *, struct text *);
/* Escaped, bounded. */
void	check_add_raw(const struct cert_bytes *, struct text *);
/*
 * Bounded, all but visible ASCII as \xNN: where two texts look alike and are
 * not, no difference is hidden.
 */
void	check_add_exact(const void *bytes, size_t len, struct text *);
/* Offenders sorted by bytes, each once: lists from a peer may be long. */
void	check_sort_unique(struct strings *);

/* The allow lists, trust and names of the port's own kind. */
bool	check_is_mtls(const struct subject *);
/* Expected names that no SAN dNSName covers, in their order. */
void	check_missing_names(const struct cert *, const struct strings *names,
	    struct strings *missing);
/*
 * Does a host or site of the inventory have this name (lower case)? Without
 * an inventory: is the port, or another of its host, to present it? Published
 * names are not looked at.
 */
bool	check_is_known(const struct subject *, const char *name);
/*
 * "; downlaod.im.contoso.com stands there instead of download.im.contoso.com
 * (misspelt)", for each wanted name that a CN, or else a SAN dNSName, of the
 * leaf almost is. Names that the inventory knows are no such misses. The first
 * CHECK_LISTED wanted ones and CHECK_NEAR names of the leaf are compared.
 */
#define CHECK_NEAR	200
void	check_add_near(const struct subject *, bool cn,
	    const struct strings *wanted, struct text *);
/*
 * The name of something else that this leaf was made for: the pool, or
 * another host of the inventory; NULL if it has the host's FQDN or none.
 */
const char *check_other_service(const struct subject *);
/*
 * Would this leaf be right in the separate layout, as the certificate of its
 * own port? CN and names are looked at, nothing else.
 */
bool	check_right_if_separate(const struct subject *);
/* Seconds left at which each severity begins for this leaf's rules. */
void	check_expiry_limits(const struct endpoint *, int64_t lifetime,
	    int64_t limit_s[SEVERITY_N]);
/* The severity for so much time left; SEVERITY_OFF: none yet. */
enum severity check_urgency(const struct endpoint *, int64_t lifetime,
	    int64_t left);
/* Is there no allow list for this port, or its issuer on it? */
bool	check_issuer_allowed(const struct endpoint *, const struct cert *);
/* Did the last look get no answer at all from that port? */
bool	check_unanswered(const struct subject *);
/* Is one failed look enough, or was it the second? */
bool	check_settled_miss(const struct subject *);

#endif
