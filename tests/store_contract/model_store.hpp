// The store as maps in memory: says what the SQL must do, slowly and obviously.
// Way of the message: none; the reference that SQLite is compared with.
// Pure. One thread.
// Spec: docs/store.md, operations.hpp. Tests: store_contract runs on it too.
// Limits: none; every question walks everything.
#pragma once

#include "daemon/store/store.hpp"

#include <map>
#include <set>

namespace dhow::tests {

using namespace dhow::store;

/// Everything that is in the store; copied to take a failed transaction back.
struct model_state {
    std::map<std::string, std::string> meta;
    std::map<row_id, message_row> messages;
    std::map<row_id, object_row> objects;
    std::map<std::pair<row_id, std::uint32_t>, protocol::bytes> segments;
    std::map<std::pair<row_id, bureau_id>, delivery_row> deliveries;
    std::map<row_id, shipment_row> shipments;
    std::map<row_id, std::uint64_t> shipment_bytes;  ///< Of the object when the shipment was put.
    std::map<row_id, protocol::confidentiality> shipment_levels;  ///< Of the message, then.
    std::map<std::tuple<message_id, bureau_id, std::uint8_t, bureau_id>, custody_row> custody;
    std::map<std::tuple<message_id, bureau_id, message_id>, tombstone_row> tombstones;
    std::map<row_id, inbox_row> inbox;
    std::map<std::pair<row_id, std::string>, assignment_row> assignments;
    std::map<row_id, outcome_row> outcomes;
    std::map<row_id, receipt_row> receipts;
    std::set<std::tuple<message_id, bureau_id, row_id>> receipt_of;
    std::map<digest, idempotency_row> idempotency;
    std::vector<event_row> events;
    std::map<bureau_id, peer_row> peers;
    std::map<row_id, bundle_row> bundles;  ///< `records` and `open` as the store keeps them.
    std::map<std::pair<row_id, std::uint32_t>, bundle_record_row> bundle_records;
    std::map<std::pair<digest, bureau_id>, case_row> cases;
    std::map<std::tuple<digest, bureau_id, message_id>, case_message_row> case_messages;
    std::map<row_id, deletion_row> deletions;
    std::map<row_id, clock_row> clocks;

    [[nodiscard]] protocol::confidentiality level_of(row_id message) const {
        const auto found = messages.find(message);
        return found == messages.end() ? protocol::confidentiality::unsaid : found->second.level;
    }
    row_id last_row = 0;
    void erase_segments(row_id object);
    /// With its objects, deliveries and shipments.
    void erase_message(row_id message);
};

/// Of the bundles, in model_bundles.cpp.
enum class model_outcome { done, unchanged, conflict };
inline model_outcome done_if(bool done, model_outcome otherwise) {
    return done ? model_outcome::done : otherwise;
}
model_outcome change_bundles(model_state& s, const change& what);
reply ask_bundles(const model_state& s, const question& what);
/// Of cases, in model_cases.cpp.
model_outcome change_cases(model_state& s, const change& what);
reply ask_cases(const model_state& s, const question& what);

/// Of tombstones, in model_tombstones.cpp.
bool is_called_back(const model_state& s, const message_row& message, const bureau_id& recipient);
model_outcome change_tombstones(model_state& s, const change& what);
reply ask_tombstones(const model_state& s, const question& what);

/// Of the clocks, in model_clocks.cpp.
bool is_of_clocks(const change& what);
bool is_of_clocks(const question& what);
bool bring_back_clocks(model_state& s, const operation::bring_back& o);
model_outcome change_clocks(model_state& s, const change& what);
reply ask_clocks(const model_state& s, const question& what);

class model_store final : public dhow::store::store {
public:
    model_store() = default;
    model_store(const std::string& instance, const std::string& epoch) {
        x_state.meta = {{"instance", instance}, {"epoch", epoch}};
    }
    protocol::result<std::vector<transaction_result>> apply(
        std::span<const transaction> batch) override;
    protocol::result<reply> ask(const question& what) override;

private:
    model_state x_state;
};

}  // namespace dhow::tests
