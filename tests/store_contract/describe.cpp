// Replies and results as text.
#include "tests/store_contract/describe.hpp"

#include "daemon/store/sqlite_rows.hpp"

namespace dhow::tests {

namespace {

using namespace dhow::store;

struct writer {
    std::string out;

    template <std::integral Number>
    void put(Number value) {
        out += std::to_string(value) + " ";
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void put(Enum value) {
        put(static_cast<int>(value));
    }
    void put(const std::string& value) { out += "'" + value + "' "; }
    void put(const bureau_id& value) { out += std::string(value.text()) + "_ "; }
    void put(utc_time value) { put(value.time_since_epoch().count()); }
    void put(protocol::milliseconds value) { put(value.count()); }
    void put(const protocol::bytes& value) {
        out += protocol::to_hex(
            protocol::byte_view(value).first(std::min<std::size_t>(value.size(), 8)));
        out += "#" + std::to_string(value.size()) + ":" +
               std::to_string(std::hash<std::string_view>{}(
                   {reinterpret_cast<const char*>(value.data()), value.size()})) +
               " ";
    }
    template <class Tag, std::size_t Size>
    void put(const protocol::fixed_bytes<Tag, Size>& value) {
        out += protocol::to_hex(value.view()) + " ";
    }
    template <class Value>
    void put(const std::optional<Value>& value) {
        if (value) {
            put(*value);
        } else {
            out += "- ";
        }
    }
    template <class Value>
    void put(const std::vector<Value>& values) {
        out += "[";
        for (const auto& one : values) {
            put(one);
        }
        out += "] ";
    }
    template <class Row>
        requires requires { mapping<Row>::table; }
    void put(const Row& row) {
        out += "\n  ";
        out += mapping<Row>::table;
        out += ' ';
        std::apply([this](const auto&... value) { (this->put(value), ...); },
                   mapping<Row>::tie(row));
    }
    void put(const outcome_row& row) {
        out += "\n  outcome ";
        put(row.row);
        put(row.origin);
        put(row.cls);
        put(row.value.id);
        put(row.value.attempt);
        put(row.value.recipient);
        put(row.value.kind);
        put(row.value.at);
        put(row.value.seal_digest);
        put(row.value.on_disk);
        put(row.value.reason);
        put(row.value.agency);
    }
    void put(const answer::ready_shipment& one) {
        put(one.shipment);
        put(one.object);
        put(one.message);
        put(one.deliveries);
        put(one.inline_body);
    }
    void put(const answer::purge& one) {
        put(one.message);
        put(one.object);
    }
    void put(const answer::full_message& one) {
        put(one.message);
        put(one.deliveries);
        put(one.objects);
        put(one.shipments);
        put(one.inbox);
        put(one.assignments);
    }
    void put(const answer::inbox_item& one) {
        put(one.row);
        put(one.message);
        put(one.assignments);
    }
    void put(const answer::queue_line& one) {
        out += "\n  line ";
        put(one.peer);
        put(one.cls);
        put(one.ready);
        put(one.deferred);
        put(one.held);
        put(one.in_doubt);
        put(one.waiting);
        put(one.bytes);
        put(one.oldest);
        put(one.oldest_ready);
        for (const auto level : protocol::levels_above_lowest) {
            put(one.oldest_of_level[static_cast<std::size_t>(level)]);
        }
    }

    void operator()(const answer::start& a) {
        for (const auto& [key, value] : a.meta) {
            put(key + "=" + value);
        }
        put(a.peers);
        put(a.last_row);
        put(a.spooling);
    }
    void operator()(const answer::due& a) {
        put(a.deliveries);
        put(a.shipments);
        put(a.next);
    }
    void operator()(const answer::purges& a) {
        put(a.rows);
        put(a.next.has_value());
        const auto next = a.next.value_or(purge_place{});
        put(next.is_among_objects);
        put(next.at);
        put(next.row);
    }
    void operator()(const answer::object& a) { put(a.row); }
    void operator()(const answer::segment& a) {
        put(a.data);
        put(a.damaged);
    }
    void operator()(const answer::idempotency& a) { put(a.row); }
    void operator()(const answer::measures& a) {
        put(a.messages);
        put(a.inbox_open);
        put(a.clocks_open);
    }
    void operator()(const answer::due_clocks& a) {
        put(a.rows);
        put(a.next);
        put(a.any_open);
    }
    void operator()(const answer::incomplete& a) { put(a.messages); }
    void operator()(const answer::backup&) {}
    void operator()(const answer::courier_page& a) {
        put(a.messages);
        put(a.next);
    }
    void operator()(const answer::courier_parties& a) { put(a.bureaus); }
    void operator()(const answer::bundle_records& a) {
        put(a.rows);
        put(a.next);
    }
    void put(const answer::called_back::one& one) {
        put(one.recipient);
        put(one.called_by);
        put(one.is_cancelled);
    }
    void put(const answer::case_item& one) {
        put(one.row);
        put(one.message);
        put(one.inbox);
        put(one.deliveries);
        put(one.assignments);
        put(one.is_under_way);
    }
    void operator()(const answer::case_file& a) {
        put(a.rows);
        put(a.items);
        put(a.deletions);
    }
    void operator()(const answer::cases& a) {
        put(a.rows);
        put(a.next);
    }
    void operator()(const answer::verdict& a) {
        put(a.ok);
        put(a.problems);
    }
    template <class Answer>
        requires requires(const Answer& a) { a.rows; }
    void operator()(const Answer& a) {
        put(a.rows);
        if constexpr (requires { a.more; }) {
            put(a.more);
        }
    }
};

}  // namespace

std::string describe(const reply& what) {
    writer to{"answer " + std::to_string(what.index()) + ": "};
    std::visit(to, what);
    return to.out;
}

std::string describe(const transaction_result& what) {
    writer to;
    to.put(what.token);
    to.put(what.status);
    to.put(what.conflict_index);
    to.put(what.unchanged);
    return to.out;
}

}  // namespace dhow::tests
