// Reads the signed directory from its folder and decides whether it counts.
// Way of the message: at start and reload; what it gives is asked at seal, verify, link and route.
// Not pure: files, OpenSSL. Any thread.
// Spec: docs/directory-format.md. Tests: unit/seal/directory_file_test.cpp.
// Limits: directory_bytes_max for all files together, recipients_max entries, directory_heads_max.
#pragma once

#include "config/model.hpp"
#include "daemon/seal/certificate.hpp"
#include "protocol/directory.hpp"

namespace dhow::seal {

/// Who signs the directory, by the administrator's word: had elsewhere, never from the directory.
struct trust_anchors {
    std::string federation;
    std::uint32_t threshold = 2;
    std::vector<certificate> signers;
};
/// Reads the PEM files; `threshold` must be at least 1 and at most the number of distinct signers.
loaded<trust_anchors> load_anchors(const config::trust& settings,
                                   const std::filesystem::path& base);

/// What a gateway remembers of the newest directory that it accepted; the caller keeps it on disk.
struct directory_state {
    std::uint64_t serial = 0;
    digest head_digest;
};

/// The files of a directory folder as they are: `head-*.cms`, each the whole head with one
/// signature, and `entries/BUREAU.json`.
struct directory_files {
    std::vector<bytes> heads;
    std::vector<std::string> entries;  ///< In the order of the bureaus.
};
loaded<directory_files> read_directory_folder(const std::filesystem::path& folder);

/// The head whose signatures by distinct known signers reach the threshold; JSON not yet looked at.
struct signed_head {
    std::string json;
    digest head_digest;
    std::vector<protocol::key_id> signers;
};
loaded<signed_head> check_threshold(const std::vector<bytes>& heads, const trust_anchors& anchors);

/// All checks, in this order: threshold; federation; serial not below, and not another head with,
/// the one remembered (`equivocation`: a fork); the direct successor names its predecessor; entries
/// against the head; no bureau or key twice. Nothing is written: the caller remembers the new
/// state.
loaded<protocol::directory> check_directory(const directory_files& files,
                                            const trust_anchors& anchors,
                                            const std::optional<directory_state>& previous);
loaded<protocol::directory> load_directory(const std::filesystem::path& folder,
                                           const trust_anchors& anchors,
                                           const std::optional<directory_state>& previous);

}  // namespace dhow::seal
