// Makes and changes a directory.
// Way of the message: none; the signers' work (`dhow directory`).
// Not pure: files, OpenSSL.
// Spec: docs/directory-format.md. Tests: unit/seal/directory_file_test.cpp.
// Limits: directory_bytes_max, recipients_max entries.
#include "daemon/seal/directory_editor.hpp"

#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/key_maker.hpp"
#include "daemon/seal/private_file.hpp"
#include "protocol/bytes.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::seal {

namespace {

/// Notes on security section 2.3: how long a directory is fresh, and how long it is used at all.
constexpr std::chrono::days stale_after{30};
constexpr std::chrono::days hard_after{180};

std::filesystem::path draft_path(const std::filesystem::path& folder) {
    return folder / "head.json";
}

loaded<std::string> read_draft_json(const std::filesystem::path& folder) {
    DHOW_TRY(const auto json, read_file(draft_path(folder), protocol::limits::directory_bytes_max));
    return std::string(json.begin(), json.end());
}

loaded<void> write_draft(const std::filesystem::path& folder, protocol::directory_head head,
                         protocol::utc_time now) {
    head.issued = now;
    head.stale_after = now + stale_after;
    head.hard_after = now + hard_after;
    return replace_file(draft_path(folder),
                        protocol::as_bytes(protocol::encode_directory_head(head)));
}

std::vector<digest> digests_of(const std::vector<std::string>& entries) {
    std::vector<digest> out;
    for (const auto& entry : entries) {
        out.push_back(sha256(protocol::as_bytes(entry)));
    }
    return out;
}

loaded<void> drop_signatures(const std::filesystem::path& folder) {
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
        const auto name = file.path().filename().string();
        if (name.starts_with("head-") && name.ends_with(".cms")) {
            std::filesystem::remove(file.path(), error);
        }
    }
    if (error) {
        return problem{errc::internal, folder.string() + ": " + error.message()};
    }
    return {};
}

loaded<protocol::directory_key> read_key(const std::filesystem::path& file,
                                         protocol::key_purpose purpose, std::string_view owner) {
    DHOW_TRY(const auto pem, read_file(file, secret_bytes_max));
    DHOW_TRY(const auto found,
             certificates_from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()}));
    auto checked = check_certificate(found.front(), use_of(purpose), owner);
    if (!checked) {
        return problem{checked.error().code, file.string() + ": " + checked.error().text};
    }
    return protocol::directory_key{purpose, checked->id, checked->der, std::nullopt, true};
}

}  // namespace

loaded<void> init_directory(const std::filesystem::path& folder, const std::string& federation,
                            std::uint32_t threshold, protocol::utc_time now) {
    if (std::filesystem::exists(draft_path(folder))) {
        return problem{errc::conflict, folder.string() + ": holds a directory already"};
    }
    DHOW_CHECK(make_folder(folder / "entries", false));
    protocol::directory_head head;
    head.federation = federation;
    head.serial = 1;
    head.threshold = threshold;
    return write_draft(folder, std::move(head), now);
}

loaded<protocol::directory_head> read_draft(const std::filesystem::path& folder) {
    DHOW_TRY(const auto json, read_draft_json(folder));
    auto head = protocol::decode_directory_head(json);
    if (!head) {
        return problem{protocol::errc_of(head.error()),
                       draft_path(folder).string() + ": is not a directory head"};
    }
    return std::move(*head);
}

loaded<void> put_entry(const std::filesystem::path& folder, const protocol::directory_entry& entry,
                       protocol::utc_time now) {
    const auto json = protocol::encode_directory_entry(entry);
    if (const auto strict = protocol::decode_directory_entry(json); !strict) {
        return problem{protocol::errc_of(strict.error()),
                       "entry of " + std::string(entry.bureau.text()) + ": " +
                           std::string(protocol::text_of(protocol::errc_of(strict.error())))};
    }
    DHOW_TRY(const auto draft_json, read_draft_json(folder));
    DHOW_TRY(auto head, read_draft(folder));
    DHOW_TRY(const auto before, read_directory_folder(folder));
    DHOW_CHECK(replace_file(folder / "entries" / (std::string(entry.bureau.text()) + ".json"),
                            protocol::as_bytes(json)));
    DHOW_TRY(const auto after, read_directory_folder(folder));
    head.entries = digests_of(after.entries);
    if (!before.heads.empty()) {
        head.serial += 1;
        head.previous_head = sha256(protocol::as_bytes(draft_json));
    }
    DHOW_CHECK(write_draft(folder, std::move(head), now));
    return drop_signatures(folder);
}

loaded<void> sign_head(const std::filesystem::path& folder, const key_ptr& key,
                       const certificate& signer, protocol::utc_time now) {
    DHOW_TRY(const auto json, read_draft_json(folder));
    DHOW_CHECK(read_draft(folder));
    const auto der = sign_content({key, signer.id, signer.digest},
                                  protocol::signed_content::directory, protocol::as_bytes(json),
                                  std::chrono::floor<std::chrono::seconds>(now), std::nullopt);
    if (!der) {
        return problem{errc::keys_locked, "the directory key does not sign"};
    }
    return replace_file(folder / ("head-" + protocol::to_hex(signer.id.view()) + ".cms"), *der);
}

loaded<void> add_keys(protocol::directory_entry& entry, const entry_sources& sources) {
    using purpose = protocol::key_purpose;
    for (const auto one : {purpose::link, purpose::sign, purpose::encrypt, purpose::archive}) {
        DHOW_TRY(auto key, read_key(sources.key_folder / certificate_file_of(use_of(one)), one,
                                    entry.bureau.text()));
        entry.keys.push_back(std::move(key));
    }
    for (const auto& file : sources.older_encrypt) {
        DHOW_TRY(auto key, read_key(file, purpose::encrypt, entry.bureau.text()));
        key.current = false;
        entry.keys.push_back(std::move(key));
    }
    protocol::directory_instance instance;
    instance.link_key = entry.keys.front().id;
    instance.addresses = sources.addresses;
    std::copy_n(instance.link_key.value.begin(), instance.id.value.size(),
                instance.id.value.begin());
    instance.id = sources.instance.value_or(instance.id);
    entry.instances.push_back(std::move(instance));
    return {};
}

}  // namespace dhow::seal
