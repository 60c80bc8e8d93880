// Makes and changes a directory: entries as files, a draft of the head, one signature after
// another.
// Way of the message: none; the signers' work (`dhow directory`).
// Not pure: files, OpenSSL. One thread.
// Spec: docs/directory-format.md. Tests: unit/seal/directory_file_test.cpp.
// Limits: directory_bytes_max, recipients_max entries.
#pragma once

#include "daemon/seal/directory_file.hpp"

namespace dhow::seal {

/// Begins a directory in a new folder: `head.json` with serial 1 and no entries, unsigned.
loaded<void> init_directory(const std::filesystem::path& folder, const std::string& federation,
                            std::uint32_t threshold, protocol::utc_time now);

/// Adds an entry, or replaces the bureau's, after checking its certificates. A head that was signed
/// is
/// followed by a new one: serial + 1, its digest as `previous_head`, no signatures. A draft stays
/// one.
loaded<void> put_entry(const std::filesystem::path& folder, const protocol::directory_entry& entry,
                       protocol::utc_time now);

/// Signs `head.json`, adding `head-KEYID.cms`. Several persons sign one after another, each with a
/// key of
/// their own; nothing is merged.
loaded<void> sign_head(const std::filesystem::path& folder, const key_ptr& key,
                       const certificate& signer, protocol::utc_time now);

/// The head that stands in `head.json`, signed or not.
loaded<protocol::directory_head> read_draft(const std::filesystem::path& folder);

/// Reads the certificates of a bureau's key folder (certificate_file_of()) into directory keys, and
/// an
/// instance with the link key and these addresses. Older encryption certificates are added as not
/// current.
struct entry_sources {
    std::filesystem::path key_folder;
    std::vector<std::filesystem::path> older_encrypt;
    std::vector<std::string> addresses;
    std::optional<protocol::instance_id> instance;   ///< Else drawn from the link key's id.
};
loaded<void> add_keys(protocol::directory_entry& entry, const entry_sources& sources);

}  // namespace dhow::seal
