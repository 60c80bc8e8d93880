// The durable queue as an interface: apply a batch of transactions, ask a question.
// Way of the message: [store] stands between accept and send; what it answered is on disk.
// Called on one thread only (the store thread, or the simulator).
// Spec: docs/store.md. Tests: store_contract.
// Limits: operations.hpp.
#pragma once

#include "daemon/store/operations.hpp"
#include "protocol/errors.hpp"

#include <span>
#include <vector>

namespace dhow::store {

class store {
public:
    virtual ~store() = default;
    /// Applies all transactions in order as one synced batch. A transaction that fails or
    /// conflicts takes
    /// none of the others with it. An error result means that durability is unknown: the caller
    /// stops
    /// the daemon (sync failed, file corrupt).
    virtual protocol::result<std::vector<transaction_result>> apply(
        std::span<const transaction> batch) = 0;
    /// Answers from committed state. Never writes. An error result: as for apply().
    virtual protocol::result<reply> ask(const question& what) = 0;
    /// A bounded step of housekeeping that changes no answer: checkpoint, erasing what was
    /// dropped. True
    /// when more is to be done soon. An error result: as for apply().
    virtual protocol::result<bool> maintain() { return false; }
};

}  // namespace dhow::store
