// Parses the directory's certificates once and answers for keys.
// Way of the message: asked at [seal], verify and open, and by the TLS handshake.
// Not pure: OpenSSL. Immutable once built.
// Spec: docs/directory-format.md. Tests: unit/seal/directory_file_test.cpp.
// Limits: directory_bytes_max.
#include "daemon/seal/trust_directory.hpp"

#include <algorithm>

namespace dhow::seal {

using protocol::bureau_status;

loaded<std::shared_ptr<const trust_directory>> trust_directory::build(protocol::directory data) {
    auto made = std::shared_ptr<trust_directory>(new trust_directory(std::move(data)));
    for (const auto& entry : made->x_data.entries) {
        for (const auto& key : entry.keys) {
            const std::string where = "directory entry " + std::string(entry.bureau.text());
            //= DF-14, DF-15
            auto checked =
                check_certificate(key.certificate, use_of(key.purpose), entry.bureau.text());
            if (!checked) {
                return problem{checked.error().code, where + ": " + checked.error().text};
            }
            if (checked->id != key.id) {
                return problem{errc::bad_encoding,
                               where + ": a key id is not that of its certificate"};
            }
            if (!made->x_keys
                     .emplace(key.id,
                              trusted_key{&entry, &key, checked->public_key, checked->digest})
                     .second) {
                return problem{errc::duplicate_field, where + ": a key stands in it twice"};
            }
        }
    }
    return std::shared_ptr<const trust_directory>(std::move(made));
}

const trust_directory::trusted_key* trust_directory::find(const protocol::key_id& id) const {
    const auto found = x_keys.find(id);
    return found == x_keys.end() ? nullptr : &found->second;
}

const trust_directory::trusted_key* trust_directory::current(protocol::bureau_id bureau,
                                                             protocol::key_purpose purpose) const {
    const auto* key = x_data.current_key(bureau, purpose);
    return key == nullptr ? nullptr : find(key->id);
}

std::shared_ptr<const trust_directory> directory_holder::get() const {
    const std::lock_guard lock(x_mutex);
    return x_current;
}

void directory_holder::replace(std::shared_ptr<const trust_directory> newer) {
    const std::lock_guard lock(x_mutex);
    x_current = std::move(newer);
}

result<void> check_signer(const trust_directory::trusted_key& key, protocol::key_purpose purpose,
                          protocol::utc_time signed_at, protocol::utc_time now) {
    const auto& entry = *key.entry;
    const bool revoked_at_once = entry.status == bureau_status::revoked && !entry.invalid_from;
    if (key.key->purpose != purpose || entry.status == bureau_status::suspended ||
        revoked_at_once) {
        return errc::key_not_allowed;
    }
    //= DF-13
    const auto latest = std::max(signed_at, now);
    for (const auto& invalid_from : {entry.invalid_from, key.key->invalid_from}) {
        if (invalid_from && latest >= *invalid_from) {
            return errc::key_not_allowed;
        }
    }
    return {};
}

}  // namespace dhow::seal
