// The stand-in sealer's cells of courier bundles: pieces, one after the other.
// Way of the message: see plain_sealer.hpp.
// Pure. Any thread.
// Spec: daemon/seal/sealer.hpp. Tests: unit/route/plain_sealer_test.cpp.
// Limits: those of the real one.
#include "protocol/try.hpp"
#include "tests/support/plain_sealer.hpp"

namespace dhow::tests {

namespace job = seal::job;
namespace done = seal::done;

plain_sealer::outcome plain_sealer::run_one(const job::seal_cells& job) {
    done::sealed_cells out;
    for (const auto& plain : job.plain) {
        DHOW_TRY(auto one, run_one(job::seal_piece{job.key, plain}));
        out.sealed.push_back(std::move(std::get<done::sealed_piece>(one).sealed));
    }
    return out;
}

plain_sealer::outcome plain_sealer::run_one(const job::open_cells& job) {
    done::opened_cells out;
    for (const auto& sealed : job.sealed) {
        auto one = run_one(job::open_piece{job.key, x_hash.sha256({sealed}), sealed});
        out.plain.push_back(
            one ? std::optional(std::move(std::get<done::opened_piece>(*one).plain))
                : std::nullopt);
    }
    return out;
}

}  // namespace dhow::tests
