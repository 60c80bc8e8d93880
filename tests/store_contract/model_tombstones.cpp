// The changes and questions of tombstones on maps.
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

namespace {

using outcome = model_outcome;

/// Whether this gateway took custody of a message for the recipient, in any attempt.
bool was_taken(const model_state& s, const bureau_id& origin, const message_id& id,
               const bureau_id& recipient) {
    for (const auto& [key, row] : s.custody) {
        if (row.origin == origin && row.id == id && row.recipient == recipient) {
            return true;
        }
    }
    return false;
}

bool is_named(const model_state& s, const bureau_id& origin, const message_id& id,
              const bureau_id& recipient) {
    for (const auto& [key, row] : s.tombstones) {
        if (row.origin == origin && row.id == id &&
            was_taken(s, origin, row.called_by, recipient)) {
            return true;
        }
    }
    return false;
}

struct tombstone_changer {
    model_state& s;

    outcome operator()(const operation::put_tombstone& o) {
        const auto& row = o.row;
        const auto [place, is_new] =
            s.tombstones.emplace(std::tuple(row.id, row.origin, row.called_by), row);
        if (!is_new) {
            place->second.forget_at = std::max(place->second.forget_at, row.forget_at);
        }
        for (auto& [key, delivery] : s.deliveries) {
            const auto message = s.messages.find(delivery.message);
            const bool is_of_it = message != s.messages.end() && message->second.id == row.id &&
                                  message->second.origin == row.origin;
            switch (delivery.state) {
                case delivery_state::accepted:
                case delivery_state::queued:
                case delivery_state::sending:
                case delivery_state::in_doubt:
                case delivery_state::deferred:
                case delivery_state::held:
                    if (is_of_it && was_taken(s, row.origin, row.called_by, delivery.recipient)) {
                        delivery.due_at = o.at;
                    }
                    break;
                default:
                    break;
            }
        }
        return outcome::done;
    }
    outcome operator()(const operation::expect_not_called_back& o) {
        return done_if(!is_named(s, o.origin, o.id, o.recipient), outcome::conflict);
    }
    outcome operator()(const operation::release_objects& o) {
        std::set<row_id> rows;
        for (const auto& [row, message] : s.messages) {
            if (message.origin == o.origin && message.id == o.id) {
                rows.insert(row);
                constexpr auto ours = static_cast<unsigned>(message_role::origin) |
                                      static_cast<unsigned>(message_role::addressee);
                if ((message.roles & ours) != 0) {
                    return outcome::unchanged;
                }
            }
        }
        bool any = false;
        for (auto& [row, object] : s.objects) {
            const bool is_wanted = std::ranges::any_of(s.shipments, [&, at = row](const auto& one) {
                return one.second.object == at && rows.contains(one.second.message) &&
                       one.second.state != shipment_state::failed;
            });
            if (rows.contains(object.message) && object.state != object_state::purged &&
                !is_wanted) {
                any = true;
                object.state = object_state::purged;
                object.durable_bytes = 0;
                object.changed_at = o.at;
                std::erase_if(s.segments,
                              [&, at = row](const auto& one) { return one.first.first == at; });
            }
        }
        return done_if(any, outcome::unchanged);
    }
    template <class Other>
    outcome operator()(const Other&) {
        return outcome::conflict;
    }
};

}  // namespace

bool is_called_back(const model_state& s, const message_row& message, const bureau_id& recipient) {
    return is_named(s, message.origin, message.id, recipient);
}

model_outcome change_tombstones(model_state& s, const change& what) {
    return std::visit(tombstone_changer{s}, what);
}

reply ask_tombstones(const model_state& s, const question& what) {
    const auto& asked = std::get<query::find_called_back>(what);
    std::set<std::tuple<bureau_id, message_id, bool>> found;
    for (const auto& [key, row] : s.tombstones) {
        for (const auto& [name, taken] : s.custody) {
            if (row.origin == asked.origin && row.id == asked.id && taken.origin == row.origin &&
                taken.id == row.called_by) {
                found.emplace(taken.recipient, row.called_by, row.is_cancelled);
            }
        }
    }
    answer::called_back out;
    for (const auto& [recipient, called_by, is_cancelled] : found) {
        out.rows.push_back({recipient, called_by, is_cancelled});
    }
    return out;
}

}  // namespace dhow::tests
