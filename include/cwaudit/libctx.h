/* SPDX-License-Identifier: ISC */
/*
 * libctx.h - OpenSSL as the auditor needs it.
 *
 * For each certificate that it reads, OpenSSL 3.0 sets up all its decoders,
 * of every form of key, to find those for the form that a certificate has:
 * three quarters of what a certificate costs. Here it finds only these.
 */
#ifndef CWAUDIT_LIBCTX_H
#define CWAUDIT_LIBCTX_H

struct ossl_lib_ctx_st;		/* OSSL_LIB_CTX of openssl/types.h */

/*
 * OpenSSL's default provider, less the decoders of all but public keys in
 * certificates: for X509s and SSL_CTXs, not to load private keys, requests or
 * parameters with. One for the process, never to be freed; from any thread.
 * NULL, which is OpenSSL as it comes, where it could not be made.
 */
struct ossl_lib_ctx_st	*libctx_lean(void);

#endif
