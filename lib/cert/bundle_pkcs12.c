/* SPDX-License-Identifier: ISC */
/*
 * bundle_pkcs12.c - PFX files (RFC 7292), old ones of Windows included.
 * Their ciphers (RC2, 3DES) stand in OpenSSL's legacy provider, which is
 * loaded beside the default one into a library context of this file's own:
 * nothing else of the process ever meets it. What a file asks to be computed
 * is added up before it is computed.
 */
#include "bundle_parts.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include <limits.h>
#include <string.h>

#include "cert_extension.h"

#define BAG_DEPTH	4	/* bags within bags */
#define MAX_PARTS	20000	/* ASN.1 elements in one layer */

struct pfx {
	struct bundle_reading	*r;
	OSSL_LIB_CTX		*lib;
	OSSL_PROVIDER		*base, *legacy;
	PKCS12			*p12;
	const char		*password;	/* the one that is tried; or NULL */
	int			 password_len;
	uint64_t		 work;		/* iterations so far */
	size_t			 locked;	/* what the password did not open */
	size_t			 opened;
};

static enum bundle_status
refuse(struct pfx *p)
{
	text_addf(p->r->why, "this is a PKCS#12 file that asks for more than "
	    "%u rounds of its password's hash: refused unread; export it again "
	    "from where the key is", BUNDLE_MAX_ITERATIONS);
	return BUNDLE_REFUSED;
}

static enum bundle_status
damaged(struct pfx *p)
{
	text_add(p->r->why, "this begins like a PKCS#12 file and cannot be "
	    "read: it was cut off or damaged; copy it again, in binary mode");
	return BUNDLE_DAMAGED;
}

static enum bundle_status
unsupported(struct pfx *p, const char *by)
{
	text_addf(p->r->why, "this is a PKCS#12 file protected by %s, which "
	    "the Windows versions concerned do not read either; export it "
	    "again with AES-256 and SHA-256, or with TripleDES and SHA-1", by);
	return BUNDLE_UNSUPPORTED;
}

/* Adds up; a count that is negative or does not fit is refused as well. */
static enum bundle_status
add_work(struct pfx *p, const ASN1_INTEGER *iterations)
{
	int64_t n = 1;

	if (iterations != NULL && ASN1_INTEGER_get_int64(&n, iterations) != 1)
		return refuse(p);
	if (n < 0 || n > BUNDLE_MAX_ITERATIONS ||
	    p->work + (uint64_t)n > BUNDLE_MAX_ITERATIONS)
		return refuse(p);
	p->work += (uint64_t)n;
	return BUNDLE_OK;
}

/* PBES2 (RFC 8018): the iterations stand in the inner PBKDF2. */
static enum bundle_status
weigh_pbes2(struct pfx *p, const X509_ALGOR *alg)
{
	PBE2PARAM *outer = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM),
	    alg->parameter);
	enum bundle_status status;
	PBKDF2PARAM *inner;

	if (outer == NULL)
		return damaged(p);
	if (OBJ_obj2nid(outer->keyfunc->algorithm) != NID_id_pbkdf2) {
		PBE2PARAM_free(outer);
		return unsupported(p, "another hash than PBKDF2");
	}
	inner = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
	    outer->keyfunc->parameter);
	PBE2PARAM_free(outer);
	if (inner == NULL)
		return damaged(p);
	status = add_work(p, inner->iter);
	PBKDF2PARAM_free(inner);
	return status;
}

static enum bundle_status
weigh(struct pfx *p, const X509_ALGOR *alg)
{
	enum bundle_status status;
	PBEPARAM *pbe;

	if (OBJ_obj2nid(alg->algorithm) == NID_pbes2)
		return weigh_pbes2(p, alg);
	pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM),
	    alg->parameter);
	if (pbe == NULL)
		return unsupported(p, "an unknown cipher");
	status = add_work(p, pbe->iter);
	PBEPARAM_free(pbe);
	return status;
}

static enum bundle_status
add_pkcs8(struct pfx *p, const PKCS8_PRIV_KEY_INFO *info)
{
	EVP_PKEY *key = EVP_PKCS82PKEY_ex(info, p->lib, NULL);
	enum bundle_status status;

	if (key == NULL) {
		p->r->bundle->n_unread++;
		return BUNDLE_OK;
	}
	status = bundle_add_key(p->r, key);
	EVP_PKEY_free(key);
	return status;
}

static enum bundle_status
add_locked_key(struct pfx *p, const PKCS12_SAFEBAG *bag)
{
	const X509_ALGOR *alg;
	PKCS8_PRIV_KEY_INFO *info;
	enum bundle_status status;

	X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &alg, NULL);
	status = weigh(p, alg);
	if (status != BUNDLE_OK)
		return status;
	info = PKCS12_decrypt_skey_ex(bag, p->password, p->password_len,
	    p->lib, NULL);
	if (info == NULL) {
		p->locked++;
		return BUNDLE_OK;
	}
	p->opened++;
	status = add_pkcs8(p, info);
	PKCS8_PRIV_KEY_INFO_free(info);
	return status;
}

static enum bundle_status
add_cert_bag(struct pfx *p, const PKCS12_SAFEBAG *bag)
{
	enum bundle_status status = BUNDLE_OK;
	X509 *x;

	if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
		return BUNDLE_OK;
	x = PKCS12_SAFEBAG_get1_cert(bag);
	if (x == NULL)
		return damaged(p);
	status = bundle_add_x509(p->r, x);
	X509_free(x);
	return status;
}

static enum bundle_status read_bags(struct pfx *,
	    const STACK_OF(PKCS12_SAFEBAG) *, int depth);

static enum bundle_status
read_bag(struct pfx *p, const PKCS12_SAFEBAG *bag, int depth)
{
	switch (PKCS12_SAFEBAG_get_nid(bag)) {
	case NID_keyBag:
		return add_pkcs8(p, PKCS12_SAFEBAG_get0_p8inf(bag));
	case NID_pkcs8ShroudedKeyBag:
		return add_locked_key(p, bag);
	case NID_certBag:
		return add_cert_bag(p, bag);
	case NID_safeContentsBag:
		return depth == 0 ? damaged(p) : read_bags(p,
		    PKCS12_SAFEBAG_get0_safes(bag), depth - 1);
	}
	return BUNDLE_OK;	/* CRLs, secrets: nothing for us */
}

static enum bundle_status
read_bags(struct pfx *p, const STACK_OF(PKCS12_SAFEBAG) *bags, int depth)
{
	enum bundle_status status = BUNDLE_OK;

	for (int i = 0; status == BUNDLE_OK && i < sk_PKCS12_SAFEBAG_num(bags);
	    i++)
		status = read_bag(p, sk_PKCS12_SAFEBAG_value(bags, i), depth);
	return status;
}

/* The bags of one part, decrypted where it must be; NULL: *status says why. */
static STACK_OF(PKCS12_SAFEBAG) *
open_part(struct pfx *p, PKCS7 *part, enum bundle_status *status)
{
	STACK_OF(PKCS12_SAFEBAG) *bags;

	*status = BUNDLE_OK;
	if (PKCS7_type_is_data(part)) {
		bags = PKCS12_unpack_p7data(part);
		if (bags == NULL)
			*status = damaged(p);
		return bags;
	}
	if (!PKCS7_type_is_encrypted(part) || part->d.encrypted == NULL) {
		*status = unsupported(p, "a certificate instead of a "
		    "password");
		return NULL;
	}
	*status = weigh(p, part->d.encrypted->enc_data->algorithm);
	if (*status != BUNDLE_OK)
		return NULL;
	bags = PKCS12_unpack_p7encdata(part, p->password, p->password_len);
	if (bags != NULL)
		p->opened++;
	else
		p->locked++;
	return bags;
}

static enum bundle_status
read_parts(struct pfx *p)
{
	STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(p->p12);
	enum bundle_status status = parts != NULL ? BUNDLE_OK : damaged(p);

	for (int i = 0; status == BUNDLE_OK && i < sk_PKCS7_num(parts); i++) {
		STACK_OF(PKCS12_SAFEBAG) *bags = open_part(p,
		    sk_PKCS7_value(parts, i), &status);

		if (bags != NULL)
			status = read_bags(p, bags, BAG_DEPTH);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(parts, PKCS7_free);
	return status;
}

static enum bundle_status
no_password(struct pfx *p)
{
	if (p->r->password == NULL) {
		text_add(p->r->why, "this is a PKCS#12 file under a password: "
		    "give it with --password-file FILE");
		return BUNDLE_NEEDS_PASSWORD;
	}
	text_add(p->r->why, "this is a PKCS#12 file, and the password is not "
	    "its own; passwords are case-sensitive, and the file's last line "
	    "feed does not count");
	return BUNDLE_WRONG_PASSWORD;
}

static void
choose_password(struct pfx *p, const char *password)
{
	p->password = password;
	p->password_len = password != NULL ? (int)strlen(password) : 0;
}

/* No password and an empty one are hashed differently; both are written. */
static enum bundle_status
try_mac(struct pfx *p)
{
	const char *tries[] = { p->r->password, "", NULL };
	size_t first = p->r->password != NULL ? 0 : 1;
	size_t n = p->r->password != NULL && *p->r->password != '\0' ? 1 : 3;
	const ASN1_INTEGER *iterations;
	const X509_ALGOR *alg;

	PKCS12_get0_mac(NULL, &alg, NULL, &iterations, p->p12);
	if (OBJ_obj2nid(alg->algorithm) == NID_pbmac1)
		return unsupported(p, "PBMAC1");
	for (size_t i = first; i < n; i++) {
		enum bundle_status status = add_work(p, iterations);

		if (status != BUNDLE_OK)
			return status;
		choose_password(p, tries[i]);
		if (PKCS12_verify_mac(p->p12, p->password,
		    p->password_len) == 1)
			return BUNDLE_OK;
	}
	return no_password(p);
}

static enum bundle_status
read_opened(struct pfx *p)
{
	enum bundle_status status;

	choose_password(p, p->r->password != NULL ? p->r->password : "");
	if (PKCS12_mac_present(p->p12)) {
		status = try_mac(p);
		if (status != BUNDLE_OK)
			return status;
	}
	status = read_parts(p);
	if (status == BUNDLE_OK && p->locked > 0) {
		if (p->opened == 0 && !PKCS12_mac_present(p->p12))
			return no_password(p);
		return damaged(p);
	}
	return status;
}

static enum bundle_status
start(struct pfx *p)
{
	p->lib = OSSL_LIB_CTX_new();
	if (p->lib != NULL)
		p->base = OSSL_PROVIDER_load(p->lib, "default");
	if (p->base == NULL) {
		text_add(p->r->why, "OpenSSL's default provider cannot be "
		    "loaded");
		return BUNDLE_UNSUPPORTED;
	}
	/* Without it new files can be read, old ones fail to decrypt. */
	p->legacy = OSSL_PROVIDER_load(p->lib, "legacy");
	return BUNDLE_OK;
}

static void
stop(struct pfx *p)
{
	PKCS12_free(p->p12);
	if (p->legacy != NULL)
		OSSL_PROVIDER_unload(p->legacy);
	if (p->base != NULL)
		OSSL_PROVIDER_unload(p->base);
	OSSL_LIB_CTX_free(p->lib);
}

enum bundle_status
bundle_read_pkcs12(struct bundle_reading *r, const uint8_t *der, size_t len)
{
	struct pfx p = { .r = r };
	enum bundle_status status;

	r->form = BUNDLE_PKCS12;
	if (cert_count_parts(der, len, MAX_PARTS) > MAX_PARTS)
		return damaged(&p);
	status = start(&p);
	if (status == BUNDLE_OK) {
		p.p12 = PKCS12_init_ex(NID_pkcs7_data, p.lib, NULL);
		if (p.p12 == NULL ||
		    d2i_PKCS12(&p.p12, &der, (long)len) == NULL)
			status = damaged(&p);
		else
			status = read_opened(&p);
	}
	if (status == BUNDLE_DAMAGED && p.legacy == NULL)
		text_add(r->why, " (OpenSSL's legacy provider is not "
		    "installed here, which old files need)");
	r->bundle->pkcs12 = true;
	r->found++;
	stop(&p);
	return status;
}
