// Loads and judges the trust directory against what this gateway remembers of it.
// Way of the message: before any: at start and at reload.
// Not pure: files. Net thread.
// Spec: docs/directory-format.md. Tests: system.
// Limits: directory_bytes_max.
#pragma once

#include "config/model.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/seal/directory_file.hpp"
#include "daemon/seal/trust_directory.hpp"

#include <map>
#include <string>

namespace dhow::app {

struct trusted {
    std::shared_ptr<const seal::trust_directory> keys;
    std::shared_ptr<const protocol::directory> data;
};

/// Refuses a broken threshold, a lower serial than the remembered one, a fork. `meta` is what
/// load_start gave: `directory_serial`, `directory_head`.
seal::loaded<trusted> load_trust(const config::gateway& settings, const std::filesystem::path& base,
                                 const std::map<std::string, std::string>& meta);
/// What is to be remembered of it.
std::map<std::string, std::string> remembered(const protocol::directory& data);
/// What a verifier needs beside the signed files: directory, certificates, script; empty when the
/// directory in `folder` cannot be read or is not the one in use.
std::vector<route::response::evidence_file> make_evidence_files(
    const route::evidence_facts& facts, const std::filesystem::path& folder,
    const seal::trust_directory& trusted);

}  // namespace dhow::app
