#!/bin/sh
# SPDX-License-Identifier: ISC
# make-bundles.sh - writes tests/bundles/: PFX files as they come from
# Windows, which need OpenSSL's legacy provider to make. Password: "geheim" in
# all. Keys are new with each run, so run it only when a fixture changes. Needs
# the openssl and certtool commands.
set -eu

out=$(cd "$(dirname "$0")" && pwd)/bundles
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"

openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
    -days 7300 -subj '/CN=Contoso Issuing CA 2' 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr \
    -subj /CN=cwa01.nwtraders.local 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 7300 \
    -out leaf.pem 2>/dev/null
openssl genrsa -out other.key 2048 2>/dev/null
cat leaf.pem ca.pem >chain.pem

# Windows XP to Server 2016: certificates under RC2-40, the key under 3DES.
openssl pkcs12 -export -legacy -in chain.pem -inkey leaf.key \
    -passout pass:geheim -out "$out/windows-rc2.pfx"
# The same with TripleDES for both, as Windows offers until today.
openssl pkcs12 -export -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES \
    -in chain.pem -inkey leaf.key -passout pass:geheim \
    -out "$out/windows-3des.pfx"
# Windows Server 2019 and later.
openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC \
    -macalg sha256 -in chain.pem -inkey leaf.key -passout pass:geheim \
    -out "$out/windows-aes.pfx"
# A key that is another certificate's; openssl refuses to make one.
certtool --to-p12 --outder --load-certificate leaf.pem \
    --load-privkey other.key --p12-name other --password geheim \
    --outfile "$out/other-key.pfx" 2>/dev/null
