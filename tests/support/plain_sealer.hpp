// A stand-in for the sealer: no cryptography. It checks every binding, by plain digests, and anyone
// can forge.
// Way of the message: takes the place of cms_sealer in the simulator and in tests of the core.
// Pure: the random numbers come from a seed, so a run repeats itself. Any thread.
// Spec: daemon/seal/sealer.hpp. Tests: unit/route/plain_sealer_test.cpp.
// Limits: those of the real one.
#pragma once

#include "daemon/seal/sealer.hpp"
#include "protocol/hasher.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace dhow::tests {

/// Texts are XORed with a keystream made of SHA-256, so that a canary is not seen in what is stored
/// and
/// sent; a "signature" is a digest over the signer's key id; a lockbox holds the content key masked
/// with a
/// digest of the recipient's key id. So all that a real sealer would refuse is refused here, but
/// for forgery.
class plain_sealer final : public seal::sealer {
public:
    /// `seed` must differ between runs of one gateway, or keys are used again.
    plain_sealer(protocol::bureau_id own, std::shared_ptr<const protocol::directory> directory,
                 const protocol::hasher& hash, std::uint64_t seed);

    protocol::result<seal::job_outcome> run(const seal::job_request& request) override;
    protocol::digest index_of(protocol::byte_view value) override;
    /// From the next job on.
    void replace_directory(std::shared_ptr<const protocol::directory> newer);

private:
    using outcome = protocol::result<seal::job_outcome>;
    using key_bytes = std::array<std::uint8_t, 32>;

    outcome run_one(const seal::job::seal_message& job);
    outcome run_one(const seal::job::seal_piece& job);
    outcome run_one(const seal::job::make_key& job);
    outcome run_one(const seal::job::verify_parcel& job);
    outcome run_one(const seal::job::open_message& job);
    outcome run_one(const seal::job::open_piece& job);
    outcome run_one(const seal::job::sign_receipt& job);
    outcome run_one(const seal::job::verify_receipt& job);
    outcome run_one(const seal::job::sign_hello& job);
    outcome run_one(const seal::job::verify_hello& job);
    outcome run_one(const seal::job::seal_at_rest& job);
    outcome run_one(const seal::job::open_at_rest& job);
    outcome run_one(const seal::job::seal_cells& job);  // plain_sealer_cells.cpp, as the next
    outcome run_one(const seal::job::open_cells& job);

    [[nodiscard]] std::shared_ptr<const protocol::directory> directory() const;
    key_bytes draw();
    [[nodiscard]] key_bytes at_rest_key(std::string_view context) const;
    [[nodiscard]] protocol::bytes at_rest(protocol::byte_view plain, std::string_view context);

    protocol::bureau_id x_own;
    const protocol::hasher& x_hash;
    std::uint64_t x_seed;
    std::atomic<std::uint64_t> x_drawn = 0;
    mutable std::mutex x_mutex;
    std::shared_ptr<const protocol::directory> x_directory;
};

/// A directory for plain_sealer: every bureau with one current key of each purpose, all classes
/// allowed and
/// one instance; the certificates are arbitrary bytes.
protocol::directory make_plain_directory(const std::vector<protocol::bureau_id>& bureaus,
                                         const protocol::hasher& hash);

}  // namespace dhow::tests
