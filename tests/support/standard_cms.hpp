// Rebuilds the standard CMS files of a parcel, for openssl on the command line.
// Way of the message: none; support of tests.
// Pure. Any thread.
// Spec: docs/parcel-format.md. Tests: used by unit/seal.
// Limits: none.
#pragma once

#include "daemon/seal/cms_signed.hpp"

namespace dhow::tests {

inline protocol::bytes seal_as_cms(const protocol::seal& seal) {
    const auto facts = seal::facts_of(seal);
    return protocol::build_signed_data(
        facts.type, protocol::seal_content(seal),
        protocol::signed_attributes(facts.type, facts.content_digest, facts.signed_at,
                                    facts.certificate_digest, facts.binding),
        seal.signer, seal.value);
}

inline protocol::bytes body_as_cms(const protocol::bytes& body, const protocol::lockbox_set& set) {
    std::vector<protocol::lockbox> boxes;
    for (const auto& entry : set.entries) {
        boxes.push_back(entry.box);
    }
    return protocol::build_enveloped(protocol::decode_body(body).value(), boxes);
}

}  // namespace dhow::tests
