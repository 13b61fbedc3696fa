/* SPDX-License-Identifier: ISC */
#include "crowd.h"

#include <err.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include "cwaudit/mem.h"
#include "key.h"

#define FIRST		0x7f010001u	/* 127.1.0.1 */
#define THREADS		64
#define EXPONENT	65539u		/* the first */

const uint16_t crowd_port[JOBS] = { 443, 5061 };
const uint16_t crowd_dead_port[JOBS] = { 444, 5062 };

static const char *const orders[JOBS] = {
	[JOB_HTTPS] = "cn={site} dns={site} dns=as.{site} dns=download.{site} "
	    "chain=root",
	[JOB_MTLS] = "cn={host} dns={host} chain=root",
};

/* The finalizer of splitmix64. */
static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

enum temper
crowd_temper(const struct crowd *c, size_t host)
{
	unsigned at = (unsigned)(mix(c->options.seed * 0x9e3779b97f4a7c15u +
	    host + 1) % 1000);

	for (int t = 0; t < TEMPERS; t++) {
		if (at < c->options.share[t])
			return (enum temper)t;
		at -= c->options.share[t];
	}
	return TEMPER_SOUND;
}

uint32_t
crowd_address(size_t host)
{
	return FIRST + (uint32_t)host;
}

size_t
crowd_at(const struct crowd *c, uint32_t address)
{
	return address >= FIRST && address - FIRST < c->options.hosts ?
	    address - FIRST : SIZE_MAX;
}

const uint8_t *
crowd_der(const struct crowd *c, size_t host, enum job job)
{
	return c->der[job] + host * stamp_len(c->stamp[job]);
}

static unsigned
exponent_of(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	unsigned n;

	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e))
		errx(1, "crowd: a key without an exponent");
	n = (unsigned)BN_get_word(e);
	BN_free(e);
	return n;
}

static void
make(struct crowd *c, size_t host)
{
	size_t farm = c->options.farm > 1 ? c->options.farm : 1;
	struct copy copy = {
		.number = (unsigned)host,
		.serial = (uint32_t)(c->options.seed << 16) + 2 * c->generation,
		.exponent = EXPONENT + 4 * (unsigned)host,
	};

	if (c->options.real)
		copy.exponent = exponent_of(c->keys[host]);
	stamp_copy(c->stamp[JOB_MTLS], &copy, c->der[JOB_MTLS] +
	    host * stamp_len(c->stamp[JOB_MTLS]));
	copy.serial++;
	copy.number = (unsigned)(host / farm * farm);	/* its farm's site */
	copy.serial += 0x10000u * (unsigned)(host % farm);
	copy.exponent += c->options.real ? 0 : 2;
	stamp_copy(c->stamp[JOB_HTTPS], &copy, c->der[JOB_HTTPS] +
	    host * stamp_len(c->stamp[JOB_HTTPS]));
}

struct slice {
	struct crowd	*crowd;
	size_t		 from, to;
};

static void *
make_slice(void *arg)
{
	struct slice *s = arg;

	for (size_t i = s->from; i < s->to; i++)
		make(s->crowd, i);
	return NULL;
}

static void
make_all(struct crowd *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cores < 1 ? 1 : cores > THREADS ? THREADS : (size_t)cores;
	struct slice slice[THREADS];
	pthread_t thread[THREADS];

	for (size_t i = 0; i < n; i++) {
		slice[i] = (struct slice){ c, c->options.hosts * i / n,
		    c->options.hosts * (i + 1) / n };
		if (pthread_create(&thread[i], NULL, make_slice,
		    &slice[i]) != 0)
			errx(1, "crowd: no thread");
	}
	for (size_t i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

/* What OpenSSL serves, ready made: 6 KB a host. */
static void
parse_all(struct crowd *c)
{
	for (int job = 0; job < JOBS; job++)
		for (size_t i = 0; i < c->options.hosts; i++) {
			const uint8_t *p = crowd_der(c, i, (enum job)job);

			X509_free(c->x509[job][i]);
			c->x509[job][i] = d2i_X509(NULL, &p,
			    (long)stamp_len(c->stamp[job]));
		}
}

void
crowd_init(struct crowd *c, const struct crowd_options *o)
{
	*c = (struct crowd){ .options = *o };
	for (int job = 0; job < JOBS; job++) {
		c->stamp[job] = stamp_new(orders[job],
		    "cwa" STAMP_DIGITS ".contoso.com",
		    "im" STAMP_DIGITS ".contoso.com");
		c->der[job] = xcalloc(o->hosts, stamp_len(c->stamp[job]));
		if (o->real)
			c->x509[job] = xcalloc(o->hosts,
			    sizeof *c->x509[job]);
	}
	if (o->real) {
		c->keys = xcalloc(o->hosts, sizeof *c->keys);
		for (size_t i = 0; i < o->hosts; i++)
			c->keys[i] = key_new("rsa2048");
	}
	make_all(c);
	if (o->real)
		parse_all(c);
}

void
crowd_done(struct crowd *c)
{
	for (int job = 0; job < JOBS; job++) {
		for (size_t i = 0; c->options.real && i < c->options.hosts; i++)
			X509_free(c->x509[job][i]);
		free(c->x509[job]);
		free(c->der[job]);
		stamp_free(c->stamp[job]);
	}
	for (size_t i = 0; c->options.real && i < c->options.hosts; i++)
		EVP_PKEY_free(c->keys[i]);
	free(c->keys);
}

void
crowd_change(struct crowd *c)
{
	c->generation++;
	for (size_t i = 0; i < c->options.hosts; i++)
		if (crowd_temper(c, i) == TEMPER_CHANGE)
			make(c, i);
	if (c->options.real)
		parse_all(c);
}

static void
add_address(struct text *t, size_t host)
{
	uint32_t a = crowd_address(host);

	text_addf(t, "%u.%u.%u.%u", a >> 24, a >> 16 & 0xff, a >> 8 & 0xff,
	    a & 0xff);
}

/* A site; without HTTPS it is offloaded, without MTLS its port is unknown. */
static void
add_site(const struct crowd *c, size_t host, enum job job, struct text *t)
{
	size_t farm = c->options.farm > 1 ? c->options.farm : 1;
	const uint16_t *port = crowd_temper(c, host) == TEMPER_DEAD ?
	    crowd_dead_port : crowd_port;

	text_addf(t, "\n    sites: [{url: \"https://im%06zu.contoso.com:%u\"",
	    host / farm * farm, (unsigned)port[JOB_HTTPS]);
	if (job == JOB_HTTPS)
		text_add(t, ", mtls_port: unknown");
	else
		text_addf(t, ", mtls_port: %u", (unsigned)port[JOB_MTLS]);
	if (job == JOB_MTLS)
		text_add(t, ", tls: no");
	text_add(t, "}]\n");
}

void
crowd_inventory(const struct crowd *c, enum job job, struct text *t)
{
	text_addf(t, "# A simulated fleet of %zu hosts.\n"
	    "defaults:\n  timeout: %s\n"
	    "  trust: {mtls: [corp], https: [corp]}\n"
	    "roots: {corp: corp-roots.pem}\nhosts:\n", c->options.hosts,
	    c->options.timeout);
	for (size_t i = 0; i < c->options.hosts; i++) {
		text_addf(t, "  - fqdn: cwa%06zu.contoso.com\n    address: ",
		    i);
		add_address(t, i);
		add_site(c, i, job, t);
	}
}

void
crowd_targets(const struct crowd *c, enum job job, struct text *t)
{
	size_t farm = c->options.farm > 1 ? c->options.farm : 1;

	for (size_t i = 0; i < c->options.hosts; i++) {
		if (crowd_temper(c, i) == TEMPER_DEAD)
			continue;
		if (job != JOB_MTLS) {
			add_address(t, i);
			text_addf(t, " %u im%06zu.contoso.com\n",
			    (unsigned)crowd_port[JOB_HTTPS], i / farm * farm);
		}
		if (job == JOB_HTTPS)
			continue;
		add_address(t, i);
		text_addf(t, " %u cwa%06zu.contoso.com\n",
		    (unsigned)crowd_port[JOB_MTLS], i);
	}
}
