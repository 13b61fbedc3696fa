/* SPDX-License-Identifier: ISC */
/*
 * bundle_files.h - files of every kind that people hold certificates in, made
 * from one chain: root, issuing, leaf. The bytes are the caller's to free. For
 * PKCS#12 see bundle_pfx.h.
 */
#ifndef BUNDLE_FILES_H
#define BUNDLE_FILES_H

#include <openssl/pem.h>

#include <stdio.h>
#include <stdlib.h>

#include "cwaudit/bundle.h"
#include "make_cert.h"

#define FQDN		"cwa01.nwtraders.local"

static struct made root, issuing, leaf;

struct file { uint8_t *bytes; size_t len; };

static struct file
file_of_bio(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	struct file f = { xmemdup(data, (size_t)len), (size_t)len };

	BIO_free(bio);
	return f;
}

static struct file
file_of_text(const char *s)
{
	return (struct file){ xmemdup(s, strlen(s)), strlen(s) };
}

static struct file
pem_chain(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	BIO_puts(bio, "Bag Attributes\n    friendlyName: - a leaf -\n");
	PEM_write_bio_X509(bio, leaf.x);
	BIO_puts(bio, "subject=CN = Issuing\n");
	PEM_write_bio_X509(bio, issuing.x);
	return file_of_bio(bio);
}

/* Root first, as some people concatenate. */
static struct file
pem_upside_down(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, root.x);
	PEM_write_bio_X509(bio, issuing.x);
	PEM_write_bio_X509(bio, leaf.x);
	PEM_write_bio_X509(bio, leaf.x);
	return file_of_bio(bio);
}

static struct file
pem_trusted(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509_AUX(bio, leaf.x);
	return file_of_bio(bio);
}

static struct file
pem_with_key(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey(bio, leaf.key, NULL, NULL, 0, NULL, NULL);
	PEM_write_bio_X509(bio, leaf.x);
	return file_of_bio(bio);
}

/* The key decides, whatever issued what. */
static struct file
pem_with_issuers_key(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, leaf.x);
	PEM_write_bio_X509(bio, issuing.x);
	PEM_write_bio_PrivateKey(bio, issuing.key, NULL, NULL, 0, NULL, NULL);
	return file_of_bio(bio);
}

static struct file
pem_with_locked_key(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, leaf.x);
	PEM_write_bio_PrivateKey(bio, leaf.key, EVP_aes_128_cbc(),
	    (const unsigned char *)"geheim", 6, NULL, NULL);
	return file_of_bio(bio);
}

static struct file
pem_with_old_locked_key(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, leaf.x);
	PEM_write_bio_PrivateKey_traditional(bio, leaf.key, EVP_aes_128_cbc(),
	    (const unsigned char *)"geheim", 6, NULL, NULL);
	return file_of_bio(bio);
}

static struct file
pem_key_alone(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey(bio, leaf.key, NULL, NULL, 0, NULL, NULL);
	return file_of_bio(bio);
}

static struct file
der_key_alone(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	i2d_PrivateKey_bio(bio, leaf.key);
	return file_of_bio(bio);
}

static struct file
pem_cut_off(void)
{
	struct file f = pem_chain();

	f.len -= 10;
	return f;
}

static struct file
pem_broken(void)
{
	return file_of_text("-----BEGIN CERTIFICATE-----\nMII!!!\n"
	    "-----END CERTIFICATE-----\n");
}

static struct file
pem_lies(void)
{
	return file_of_text("-----BEGIN CERTIFICATE-----\nQUJDREVGR0g=\n"
	    "-----END CERTIFICATE-----\n");
}

static struct file
pem_public_key(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PUBKEY(bio, leaf.key);
	return file_of_bio(bio);
}

static struct file
pem_of_101(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	for (int i = 0; i <= BUNDLE_MAX_CERTS; i++) {
		struct made m = make_cert((struct recipe){ .cn = "a",
		    .serial = i + 1 });

		PEM_write_bio_X509(bio, m.x);
		made_free(&m);
	}
	return file_of_bio(bio);
}

static struct file
pem_of_blocks(void)
{
	struct text t = {0};
	struct file f;

	for (int i = 0; i <= BUNDLE_MAX_BLOCKS; i++)
		text_add(&t, "-----BEGIN X-----\nAAAA\n-----END X-----\n");
	f = file_of_text(text_str(&t));
	text_done(&t);
	return f;
}

/* As PowerShell and Notepad write it: two bytes a character. */
static struct file
utf16(struct file f, bool big)
{
	struct file wide = { xcalloc(f.len + 1, 2), 2 * f.len + 2 };

	wide.bytes[big ? 1 : 0] = 0xff;
	wide.bytes[big ? 0 : 1] = 0xfe;
	for (size_t i = 0; i < f.len; i++)
		wide.bytes[2 * i + (big ? 3 : 2)] = f.bytes[i];
	free(f.bytes);
	return wide;
}

static struct file
pem_utf16(void)
{
	return utf16(pem_chain(), false);
}

static struct file
pem_utf16_alone(void)
{
	return utf16(pem_trusted(), false);
}

static struct file
pem_utf16_big(void)
{
	return utf16(pem_chain(), true);
}

static struct file
pem_utf8_mark(void)
{
	struct file f = pem_chain(), marked = { xcalloc(f.len + 3, 1),
	    f.len + 3 };

	memcpy(marked.bytes, "\xef\xbb\xbf", 3);
	memcpy(marked.bytes + 3, f.bytes, f.len);
	free(f.bytes);
	return marked;
}

static struct file
der(void)
{
	return (struct file){ xmemdup(leaf.cert->der, leaf.cert->der_len),
	    leaf.cert->der_len };
}

static struct file
der_cut_off(void)
{
	struct file f = der();

	f.len /= 2;
	return f;
}

static struct file
der_garbage(void)
{
	struct file f = der();

	memset(f.bytes + 40, 0x55, f.len - 140);
	return f;
}

static struct file
bare_base64(void)
{
	char *pem = made_pem(&leaf), *body = strchr(pem, '\n') + 1;
	struct file f;

	strstr(body, "-----END")[0] = '\0';
	f = file_of_text(body);
	free(pem);
	return f;
}

static PKCS7 *
make_pkcs7(void)
{
	PKCS7 *p7 = PKCS7_new();

	PKCS7_set_type(p7, NID_pkcs7_signed);
	PKCS7_content_new(p7, NID_pkcs7_data);
	PKCS7_add_certificate(p7, issuing.x);
	PKCS7_add_certificate(p7, leaf.x);
	return p7;
}

static struct file
pkcs7_der(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS7 *p7 = make_pkcs7();

	i2d_PKCS7_bio(bio, p7);
	PKCS7_free(p7);
	return file_of_bio(bio);
}

static struct file
pkcs7_pem(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS7 *p7 = make_pkcs7();

	PEM_write_bio_PKCS7(bio, p7);
	PKCS7_free(p7);
	return file_of_bio(bio);
}

/* certsrv's own: a PKCS#7 file under the label of a certificate. */
static struct file
pkcs7_mislabelled(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct file f = pkcs7_der();

	PEM_write_bio(bio, "CERTIFICATE", "", f.bytes, (long)f.len);
	free(f.bytes);
	return file_of_bio(bio);
}

static struct file
pkcs7_empty(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS7 *p7 = PKCS7_new();

	PKCS7_set_type(p7, NID_pkcs7_signed);
	PKCS7_content_new(p7, NID_pkcs7_data);
	i2d_PKCS7_bio(bio, p7);
	PKCS7_free(p7);
	return file_of_bio(bio);
}

static X509_REQ *
make_request(const char *cn, const char *san, bool good)
{
	STACK_OF(X509_EXTENSION) *all = sk_X509_EXTENSION_new_null();
	X509_REQ *req = X509_REQ_new();
	X509_NAME *name = X509_REQ_get_subject_name(req);

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0);
	X509_REQ_set_pubkey(req, leaf.key);
	sk_X509_EXTENSION_push(all, X509V3_EXT_nconf_nid(NULL, NULL,
	    NID_subject_alt_name, san));
	sk_X509_EXTENSION_push(all, X509V3_EXT_nconf_nid(NULL, NULL,
	    NID_key_usage, "digitalSignature,keyEncipherment"));
	X509_REQ_add_extensions(req, all);
	assert(X509_REQ_sign(req, leaf.key, EVP_sha256()) > 0);
	if (!good)
		X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
		    (const unsigned char *)"Else", -1, -1, 0);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return req;
}

static struct file
request_pem(void)
{
	X509_REQ *req = make_request(FQDN, "DNS:" FQDN, true);
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509_REQ_NEW(bio, req);
	X509_REQ_free(req);
	return file_of_bio(bio);
}

static struct file
request_file(bool good)
{
	X509_REQ *req = make_request(FQDN, "DNS:" FQDN, good);
	BIO *bio = BIO_new(BIO_s_mem());

	i2d_X509_REQ_bio(bio, req);
	X509_REQ_free(req);
	return file_of_bio(bio);
}

static struct file
request_der(void)
{
	return request_file(true);
}

static struct file
request_changed(void)
{
	return request_file(false);
}

static struct file
crl(void)
{
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, 1780272000);
	BIO *bio = BIO_new(BIO_s_mem());

	X509_CRL_set_version(list, 1);
	X509_CRL_set_issuer_name(list, X509_get_subject_name(issuing.x));
	X509_CRL_set1_lastUpdate(list, now);
	assert(X509_CRL_sign(list, issuing.key, EVP_sha256()) > 0);
	i2d_X509_CRL_bio(bio, list);
	X509_CRL_free(list);
	ASN1_TIME_free(now);
	return file_of_bio(bio);
}

static struct file
html(void)
{
	return file_of_text("\r\n<!DOCTYPE HTML><html><head><title>Microsoft "
	    "Active Directory Certificate Services</title>");
}

static struct file
nothing(void)
{
	return file_of_text(" \r\n");
}

static struct file
prose(void)
{
	return file_of_text("Dear admin, the certificate is attached.\n");
}

static struct file
inf(void)
{
	return file_of_text("[Version]\r\nSignature=\"$Windows NT$\"\r\n");
}

static struct file
zip(void)
{
	return file_of_text("PK\003\004rest");
}

static struct file
too_big(void)
{
	return (struct file){ xcalloc(BUNDLE_MAX_BYTES + 1, 1),
	    BUNDLE_MAX_BYTES + 1 };
}

#endif
