// The texts of an evidence folder.
// Way of the message: after it: `dhow evidence export`.
// Pure constants.
// Spec: docs/evidence.md. Tests: unit/seal/evidence_test.cpp.
// Limits: none.
#include "daemon/seal/evidence_text.hpp"

namespace dhow::seal {

namespace {

constexpr std::string_view script_head = R"end(#!/bin/sh
# Verifies this folder with openssl. Have SIGNERS.pem, the certificates of the directory's signers,
# and
# the number of signatures that are needed, from somewhere else than this folder.
# usage: sh verify.sh SIGNERS.pem THRESHOLD
set -eu
[ $# -eq 2 ] || { echo "usage: sh verify.sh SIGNERS.pem THRESHOLD" >&2; exit 2; }
signers=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
threshold=$2
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "verify: NO: $*" >&2; exit 1; }

# cms_verify FILE CERTIFICATE OUT: the signature is valid and made with this certificate, and no
# other
# certificate is trusted. Dates are the directory's business, not the certificate's.
cms_verify() {
    openssl cms -verify -binary -inform DER -in "$1" -out "$3" -nointern -certfile "$2" \
        -CAfile "$2" -no-CApath -no-CAstore -no_check_time 2>"$work/log"
}

# 1. The head of the directory has enough signatures by distinct signers.
awk -v to="$work/part" '/BEGIN CERTIFICATE/ { n++ } n { print > (to n ".pem") }' "$signers"
for part in "$work"/part*.pem; do
    id=$(openssl x509 -in "$part" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')
    mv "$part" "$work/signer-$id.pem"
done
count=0
for signer in "$work"/signer-*.pem; do
    for head in head-*.cms; do
        if cms_verify "$head" "$signer" "$work/head.new"; then
            [ ! -e "$work/head" ] || cmp -s "$work/head" "$work/head.new" ||
                fail "two different heads"
            mv "$work/head.new" "$work/head"
            count=$((count + 1))
            break
        fi
    done
done
[ "$count" -ge "$threshold" ] || fail "the directory has $count of $threshold signatures"
echo "verify: directory signed by $count of the given signers"

# signed_by FILE CERTIFICATE BUREAU: the entry is the directory's, the certificate the entry's, the
# signature the certificate's.
signed_by() {
    entry=entry-$3.json
    sum=$(openssl dgst -sha256 -r "$entry" | cut -c1-64)
    grep -qF "$sum" "$work/head" || fail "$entry is not in the directory"
    grep -qF "\"bureau\":\"$3\"" "$entry" || fail "$entry is not of $3"
    der=$(openssl x509 -in "$2" -outform DER | openssl base64 -A)
    grep -qF "$der" "$entry" || fail "$2 is not in $entry"
    openssl x509 -in "$2" -noout -ext subjectAltName | grep -qF "urn:dhow:bureau:$3:sign" ||
        fail "$2 is not a key to sign of $3"
    cms_verify "$1" "$2" "$work/$1.content" || fail "$1: the signature does not verify"
    echo "verify: $1 signed by $3"
}

hex_of() { od -An -v -tx1 "$1" | tr -d ' \n'; }
names() {
    hex_of "$work/$1.content" | grep -qF "$(openssl dgst -sha256 -r "$2" | cut -c1-64)" ||
        fail "$1 does not name $3"
    echo "verify: $1 names $3"
}
# names_content_of A B: the signed content of A holds the digest of the signed content of B.
names_content_of() { names "$1" "$work/$2.content" "$2"; }
# names_file A B: the signed content of A holds the digest of the whole file B.
names_file() { names "$1" "$2" "$2"; }

# 2. What this folder shows.
)end";

constexpr std::string_view script_end = R"end(echo "verify: ok"
)end";

constexpr std::string_view readme = R"end(Evidence of one message
=======================

  seal.cms       the origin's signature over the message's header, sealed body and content digest
  receipt-N.cms  signed outcomes: what became of the message at a recipient
  inner.cms      the signed content, if it was exported
  head-N.cms     the head of the directory of bureaus, once for each of its signers
  entry-X.json   the directory's entry of bureau X, with its certificates
  X-*.pem        the certificates that made the signatures
  verify.sh      the commands below in order

To verify, you need the certificates of the directory's signers (SIGNERS.pem) and the number of
signatures that the federation asks for. Have both from somewhere else: a set that came with this
folder
shows nothing. Read verify.sh before you run it, or take it from your own copy of Dhow:

  sh verify.sh SIGNERS.pem 2

It runs, for the directory's head (once for each signer's certificate, in a file of its own):

  openssl cms -verify -binary -inform DER -in head-1.cms -out head.json -nointern \
      -certfile SIGNER.pem -CAfile SIGNER.pem -no-CApath -no-CAstore -no_check_time

for each entry, whose digest must stand in head.json, and each certificate, whose base64 form
must stand
in the entry:

  openssl dgst -sha256 -r entry-X.json
  openssl x509 -in X-KEY.pem -outform DER | openssl base64 -A

for each signed file:

  openssl cms -verify -binary -inform DER -in seal.cms -out seal.content -nointern \
      -certfile X-KEY.pem -CAfile X-KEY.pem -no-CApath -no-CAstore -no_check_time

and compares digests: each receipt holds the SHA-256 of the seal's content, the seal's content
holds the
SHA-256 of inner.cms.

What openssl alone does not check
---------------------------------
  - whether the directory is the newest one, or the one in force when the message was sent;
  - whether a bureau or key was revoked, or invalid from some time on (invalid_from in the
    entry): read
    the entries;
  - the times in seal and receipts: they are what the signers say;
  - the lockboxes against the root in the header, that is, who else was a recipient;
  - that the signed content is bound to the same header (the attribute dhow-binding in inner.cms
    is the
    SHA-256 of the header in seal.cms); `openssl cms -cmsout -print` shows both;
  - the type of the signed content (eContentType), the strict form of the encoding, and the range
    of the
    signature's numbers, which Dhow enforces and openssl does not.
)end";

}  // namespace

std::string evidence_script(std::string_view checks) {
    return std::string(script_head) + std::string(checks) + std::string(script_end);
}

std::string_view evidence_readme() { return readme; }

}  // namespace dhow::seal
