/* SPDX-License-Identifier: ISC */
/* bundle_pfx.h - PKCS#12 files of the same chain, and as Windows writes them. */
#ifndef BUNDLE_PFX_H
#define BUNDLE_PFX_H

#include <openssl/pkcs12.h>

#include "bundle_files.h"

static struct file
pkcs12_file(PKCS12 *p12)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(p12 != NULL);
	i2d_PKCS12_bio(bio, p12);
	PKCS12_free(p12);
	return file_of_bio(bio);
}

static PKCS12 *
make_pkcs12(const char *password, EVP_PKEY *key, int iterations, int mac)
{
	STACK_OF(X509) *above = sk_X509_new_null();
	PKCS12 *p12;

	sk_X509_push(above, issuing.x);
	p12 = PKCS12_create(password, "leaf", key, leaf.x, above, 0, 0,
	    iterations, mac, 0);
	sk_X509_free(above);
	return p12;
}

static struct file
pfx_umlaut(void)
{
	return pkcs12_file(make_pkcs12("p\xc3\xa4ssword \xe2\x82\xac", leaf.key,
	    100, 100));
}

static struct file
pfx_empty_password(void)
{
	return pkcs12_file(make_pkcs12("", leaf.key, 100, 100));
}

static struct file
pfx_no_password(void)
{
	return pkcs12_file(make_pkcs12(NULL, leaf.key, 100, 100));
}

static struct file
pfx_no_mac(void)
{
	return pkcs12_file(make_pkcs12("geheim", leaf.key, 100, -1));
}

static struct file
pfx_no_key(void)
{
	return pkcs12_file(make_pkcs12("geheim", NULL, 100, 100));
}

/* What it asks for is computed by nobody: the file is refused before. */
static struct file
pfx_with_mac(long rounds)
{
	PKCS12 *p12 = make_pkcs12("geheim", leaf.key, 100, 100);
	const ASN1_INTEGER *iterations;

	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p12);
	ASN1_INTEGER_set((ASN1_INTEGER *)(uintptr_t)iterations, rounds);
	return pkcs12_file(p12);
}

static struct file
pfx_mac_bomb(void)
{
	return pfx_with_mac(2000000000);
}

static struct file
pfx_negative_mac(void)
{
	return pfx_with_mac(-5);
}

/* The same within: the key derivation of the certificates. */
static struct file
pfx_part_bomb(void)
{
	PKCS12 *p12 = make_pkcs12("geheim", leaf.key, 100, -1);
	STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(p12);

	for (int i = 0; i < sk_PKCS7_num(parts); i++) {
		PKCS7 *part = sk_PKCS7_value(parts, i);
		X509_ALGOR *alg;
		PBE2PARAM *pbes2;
		PBKDF2PARAM *kdf;

		if (!PKCS7_type_is_encrypted(part))
			continue;
		alg = part->d.encrypted->enc_data->algorithm;
		pbes2 = ASN1_TYPE_unpack_sequence(
		    ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);
		assert(pbes2 != NULL);
		kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
		    pbes2->keyfunc->parameter);
		ASN1_INTEGER_set(kdf->iter, 2000000000);
		ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), kdf,
		    &pbes2->keyfunc->parameter);
		ASN1_TYPE_pack_sequence(ASN1_ITEM_rptr(PBE2PARAM), pbes2,
		    &alg->parameter);
		PBKDF2PARAM_free(kdf);
		PBE2PARAM_free(pbes2);
	}
	assert(PKCS12_pack_authsafes(p12, parts) == 1);
	sk_PKCS7_pop_free(parts, PKCS7_free);
	return pkcs12_file(p12);
}

static struct file
pfx_cut_off(void)
{
	struct file f = pfx_no_mac();

	memset(f.bytes + f.len - 300, 0, 300);
	return f;
}

static struct file
from_disk(const char *path)
{
	FILE *f = fopen(path, "rb");
	char buf[65536];
	size_t n;

	assert(f != NULL);
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	return (struct file){ xmemdup(buf, n), n };
}

static struct file
windows_rc2(void)
{
	return from_disk("tests/bundles/windows-rc2.pfx");
}

static struct file
windows_3des(void)
{
	return from_disk("tests/bundles/windows-3des.pfx");
}

static struct file
windows_aes(void)
{
	return from_disk("tests/bundles/windows-aes.pfx");
}

static struct file
other_key(void)
{
	return from_disk("tests/bundles/other-key.pfx");
}

#endif
