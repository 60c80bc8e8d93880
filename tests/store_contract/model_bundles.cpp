// The changes and questions of courier bundles on maps.
#include "tests/store_contract/model_store.hpp"

#include <algorithm>

namespace dhow::tests {

namespace {

using outcome = model_outcome;
using record_key = std::pair<row_id, std::uint32_t>;

constexpr std::uint32_t last_record = ~std::uint32_t{0};

struct bundle_changer {
    model_state& s;

    void count(row_id bundle) {
        const auto found = s.bundles.find(bundle);
        if (found == s.bundles.end()) {
            return;
        }
        found->second.open = 0;
        for (const auto& [key, row] : s.bundle_records) {
            found->second.open +=
                key.first == bundle && row.state == record_state::gone_along ? 1 : 0;
        }
    }
    outcome put(const bundle_record_row& row) {
        if (!s.bundles.contains(row.bundle) ||
            !s.bundle_records.emplace(record_key{row.bundle, row.record}, row).second) {
            return outcome::conflict;
        }
        s.bundles.at(row.bundle).records += 1;
        count(row.bundle);
        return outcome::done;
    }
    /// Records of a bundle in order that match; at most `limit`.
    template <class Predicate>
    std::vector<record_key> select(Predicate matches, std::size_t limit) const {
        std::vector<record_key> out;
        for (const auto& [key, row] : s.bundle_records) {
            if (matches(row) && out.size() < limit) {
                out.push_back(key);
            }
        }
        return out;
    }
    void erase(const std::vector<record_key>& keys) {
        for (const auto& key : keys) {
            s.bundle_records.erase(key);
            count(key.first);
        }
    }

    outcome operator()(const operation::put_bundle& o) {
        s.last_row = std::max(s.last_row, o.row.row);
        for (const auto& [row, one] : s.bundles) {
            if (one.id == o.row.id && one.peer == o.row.peer && one.is_import == o.row.is_import) {
                return outcome::conflict;
            }
        }
        auto row = o.row;
        row.records = row.open = 0;
        return done_if(s.bundles.emplace(row.row, row).second, outcome::conflict);
    }
    outcome operator()(const operation::advance_bundle& o) {
        const auto found = s.bundles.find(o.bundle);
        if (found == s.bundles.end() || (in_state(found->second.state) & o.expected) == 0) {
            return o.lenient ? outcome::unchanged : outcome::conflict;
        }
        auto& row = found->second;
        row.state = o.state;
        row.changed_at = o.at;
        row.due_at = o.due_at.value_or(row.due_at);
        row.volumes = o.volumes.value_or(row.volumes);
        row.bytes = o.bytes.value_or(row.bytes);
        return outcome::done;
    }
    outcome operator()(const operation::put_bundle_record& o) { return put(o.row); }
    outcome operator()(const operation::note_bundle_record& o) {
        const auto found = s.bundle_records.find({o.row.bundle, o.row.record});
        if (found == s.bundle_records.end()) {
            return put(o.row);
        }
        auto& row = found->second;
        if (row.state != record_state::not_taken || o.row.state != record_state::taken) {
            return outcome::unchanged;
        }
        row.state = o.row.state;
        row.recipients = o.row.recipients;
        row.code = o.row.code;
        row.told_in = o.row.told_in;
        return outcome::done;
    }
    outcome operator()(const operation::advance_bundle_record& o) {
        const auto found = s.bundle_records.find({o.bundle, o.record});
        if (found == s.bundle_records.end() || (in_state(found->second.state) & o.expected) == 0) {
            return outcome::unchanged;
        }
        found->second.state = o.state;
        found->second.code = o.code;
        count(o.bundle);
        return outcome::done;
    }
    outcome operator()(const operation::drop_bundle_records& o) {
        const auto keys = select(
            [&](const auto& r) { return r.bundle == o.bundle && r.record >= o.from; }, last_record);
        erase(keys);
        if (const auto found = s.bundles.find(o.bundle); found != s.bundles.end()) {
            found->second.records -= static_cast<std::uint32_t>(keys.size());
        }
        return done_if(!keys.empty(), outcome::unchanged);
    }
    outcome operator()(const operation::tell_bundle_records& o) {
        bool any = false;
        for (auto& [key, row] : s.bundle_records) {
            if (key.first == o.bundle && key.second >= o.first && key.second <= o.last &&
                row.state >= record_state::taken) {
                row.told_in = o.told_in;
                any = true;
            }
        }
        return done_if(any, outcome::unchanged);
    }
    outcome operator()(const operation::close_told_records& o) {
        const auto keys = select(
            [&](const auto& r) { return r.told_in != 0 && r.told_in == o.told_in; }, o.limit);
        erase(keys);
        return done_if(!keys.empty(), outcome::unchanged);
    }
    outcome operator()(const operation::drop_bundle& o) {
        const auto keys = select([&](const auto& r) { return r.bundle == o.bundle; }, o.limit);
        erase(keys);
        const bool has_more =
            !select([&](const auto& r) { return r.bundle == o.bundle; }, 1).empty();
        const bool is_gone = !has_more && s.bundles.erase(o.bundle) > 0;
        return done_if(!keys.empty() || is_gone, outcome::unchanged);
    }
    /// All others are those of cases.
    template <class Other>
    outcome operator()(const Other& o) {
        return change_cases(s, o);
    }
};

/// Rows of a map in order that match; at most `limit`, and whether there are more.
template <class Predicate>
answer::bundles bundles_that(const model_state& s, Predicate matches, std::size_t limit) {
    answer::bundles out;
    for (const auto& [row, one] : s.bundles) {
        if (matches(one)) {
            out.more = out.rows.size() == limit;
            if (out.more) {
                break;
            }
            out.rows.push_back(one);
        }
    }
    return out;
}

constexpr state_set from_here =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::deferred);
constexpr state_set going =
    from_here | in_state(delivery_state::relayed) | in_state(delivery_state::delivered);

struct bundle_answerer {
    const model_state& s;

    reply operator()(const query::find_courier& q) const {
        std::set<row_id> found;
        for (const auto& [key, d] : s.deliveries) {
            if (d.message > q.after && (d.recipient == q.to || d.next_hop == q.to) &&
                (in_state(d.state) & going) != 0) {
                found.insert(d.message);
            }
        }
        answer::courier_page out;
        std::size_t looked_at = 0;
        for (const auto row : found) {
            if (looked_at == q.limit) {
                break;
            }
            ++looked_at;
            const auto message = s.messages.find(row);
            const bool has_attachment =
                row != 0 && std::ranges::any_of(s.objects, [&](const auto& it) {
                    const auto& o = it.second;
                    return o.message == row && o.position > 0 && o.cls == q.cls &&
                           o.state == object_state::complete;
                });
            const bool is_there = message != s.messages.end();
            if (is_there && (q.attachments ? has_attachment : message->second.cls == q.cls)) {
                out.messages.push_back(row);
            }
            if (looked_at == q.limit) {
                out.next = row;
            }
        }
        return out;
    }
    reply operator()(const query::list_courier_parties&) const {
        std::set<bureau_id> out;
        for (const auto& [key, d] : s.deliveries) {
            if ((in_state(d.state) & going) != 0) {
                out.insert(d.recipient);
                out.insert(d.next_hop);
            }
        }
        for (const auto& [row, one] : s.shipments) {
            if (one.state < shipment_state::held) {
                out.insert(one.peer);
            }
        }
        out.erase(bureau_id{});
        return answer::courier_parties{{out.begin(), out.end()}};
    }
    reply operator()(const query::find_bundle& q) const {
        return bundles_that(
            s,
            [&](const auto& b) {
                return b.id == q.id && (q.peer.empty() || b.peer == q.peer) &&
                       b.is_import == q.is_import;
            },
            last_record);
    }
    reply operator()(const query::list_bundles& q) const {
        return bundles_that(
            s,
            [&](const auto& b) {
                return b.row > q.after && (q.peer.empty() || b.peer == q.peer) &&
                       b.is_import == q.is_import.value_or(b.is_import);
            },
            q.limit);
    }
    reply operator()(const query::load_due_bundles& q) const {
        auto out = bundles_that(
            s, [&](const auto& b) { return b.due_at && *b.due_at <= q.now; }, last_record);
        std::ranges::stable_sort(out.rows, {}, &bundle_row::due_at);
        out.more = out.rows.size() > q.limit;
        out.rows.resize(std::min(out.rows.size(), q.limit));
        return out;
    }
    reply operator()(const query::find_old_bundles& q) const {
        auto out = bundles_that(
            s, [](const auto& b) { return (in_state(b.state) & forgettable_bundles) != 0; },
            last_record);
        std::ranges::stable_sort(out.rows, {}, &bundle_row::changed_at);
        out.rows.resize(std::min(out.rows.size(), q.limit));
        const auto surplus = s.bundles.size() > q.keep ? s.bundles.size() - q.keep : 0;
        std::size_t place = 0;
        std::erase_if(out.rows, [&](const auto& row) {
            return place++ >= surplus && row.changed_at >= q.before;
        });
        return out;
    }
    reply operator()(const query::load_bundle_records& q) const {
        answer::bundle_records out;
        for (const auto& [key, row] : s.bundle_records) {
            if (key.first != q.bundle || key.second < q.from) {
                continue;
            }
            if (out.rows.size() == q.limit) {
                out.next = key.second;
                break;
            }
            out.rows.push_back(row);
        }
        return out;
    }
    bool is_ended(const bundle_record_row& r, utc_time expired_before) const {
        if (r.shipment != 0) {
            const auto found = s.shipments.find(r.shipment);
            return found == s.shipments.end() || found->second.state >= shipment_state::done;
        }
        const auto message = s.messages.find(r.message);
        if (message == s.messages.end() ||
            (message->second.expires_at && *message->second.expires_at < expired_before)) {
            return true;
        }
        const auto open = (r.position == 0 ? from_here : going) | in_state(delivery_state::held);
        return std::ranges::none_of(s.deliveries, [&](const auto& it) {
            const auto& d = it.second;
            return d.message == r.message && (in_state(d.state) & open) != 0 &&
                   r.recipients.find(" " + std::string(d.recipient.text()) + " ") !=
                       std::string::npos;
        });
    }
    reply operator()(const query::find_ended_records& q) const {
        answer::bundle_records out;
        std::size_t looked_at = 0;
        for (const auto& [key, row] : s.bundle_records) {
            if (key.first != q.bundle || key.second < q.from ||
                row.state != record_state::gone_along) {
                continue;
            }
            if (looked_at++ == q.limit) {
                out.next = key.second;
                break;
            }
            if (is_ended(row, q.expired_before)) {
                out.rows.push_back(row);
            }
        }
        return out;
    }
    /// All others are those of cases.
    template <class Other>
    reply operator()(const Other& q) const {
        return ask_cases(s, q);
    }
};

}  // namespace

model_outcome change_bundles(model_state& s, const change& what) {
    return std::visit(bundle_changer{s}, what);
}

reply ask_bundles(const model_state& s, const question& what) {
    return std::visit(bundle_answerer{s}, what);
}

}  // namespace dhow::tests
