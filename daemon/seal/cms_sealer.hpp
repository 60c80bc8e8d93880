// The sealer in this process: runs every job with the bureau's keys and the newest directory.
// Way of the message: intake -> [seal] -> store; link -> [seal] verify -> store -> [seal] open ->
// handover. Not pure: OpenSSL, zstd, clock through a function. Any thread; keys and directory are
// only read. Spec: docs/parcel-format.md, docs/decisions. Tests: unit/seal/cms_sealer_test.cpp.
// Limits: sizes of limits.hpp.
#pragma once

#include "daemon/seal/key_ring.hpp"
#include "daemon/seal/sealer.hpp"
#include "daemon/seal/trust_directory.hpp"

#include <functional>

namespace dhow::seal {

struct sealer_options {
    bureau_id bureau;
    /// UTC; at least the newest signed time seen, so that a clock set back revives no revoked key.
    std::function<protocol::utc_time()> now;
};

class cms_sealer final : public sealer {
public:
    /// `keys` hold the at-rest key and the private keys of `options.bureau`.
    cms_sealer(std::shared_ptr<const key_ring> keys,
               std::shared_ptr<const trust_directory> directory, sealer_options options);

    result<job_outcome> run(const job_request& request) override;
    digest index_of(protocol::byte_view value) override;

    /// From the next job on.
    void replace_directory(std::shared_ptr<const trust_directory> newer);
    [[nodiscard]] std::shared_ptr<const trust_directory> directory() const;

private:
    result<job_outcome> run_one(const job::seal_message& job);
    result<job_outcome> run_one(const job::seal_piece& job);
    result<job_outcome> run_one(const job::make_key& job);
    result<job_outcome> run_one(const job::verify_parcel& job);
    result<job_outcome> run_one(const job::open_message& job);
    result<job_outcome> run_one(const job::open_piece& job);
    result<job_outcome> run_one(const job::sign_receipt& job);
    result<job_outcome> run_one(const job::verify_receipt& job);
    result<job_outcome> run_one(const job::sign_hello& job);
    result<job_outcome> run_one(const job::verify_hello& job);
    result<job_outcome> run_one(const job::seal_at_rest& job);
    result<job_outcome> run_one(const job::open_at_rest& job);
    result<job_outcome> run_one(const job::seal_cells& job);
    result<job_outcome> run_one(const job::open_cells& job);

    [[nodiscard]] protocol::utc_time now() const { return x_options.now(); }
    bytes seal_at_rest(byte_view plain, std::string_view context) const;

    std::shared_ptr<const key_ring> x_keys;
    directory_holder x_directory;
    sealer_options x_options;
    secret_bytes x_at_rest_key;  ///< 32 bytes, derived.
    secret_bytes x_index_key;    ///< 32 bytes, derived.
};

}  // namespace dhow::seal
