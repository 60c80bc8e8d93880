// What of a message goes along with a courier.
// Way of the message: see courier_choice.hpp.
// Pure.
// Spec: docs/courier.md#export. Tests: unit/route/courier_choice_test.cpp.
// Limits: see courier_choice.hpp.
#include "daemon/route/courier_choice.hpp"

#include "daemon/route/levels.hpp"

#include <algorithm>
#include <charconv>

namespace dhow::route {

using store::delivery_state;
using store::shipment_state;

namespace {

/// Under way from here: nobody else has custody, as far as is known. What is held stays.
constexpr store::state_set from_here =
    in_state(delivery_state::accepted) | in_state(delivery_state::queued) |
    in_state(delivery_state::sending) | in_state(delivery_state::in_doubt) |
    in_state(delivery_state::deferred);
/// The text has left or arrived; attachments may be missing.
constexpr store::state_set text_is_there =
    in_state(delivery_state::relayed) | in_state(delivery_state::delivered);

bool is_over(const core& shared, const store::message_row& message) {
    const auto expires_at = shared.expiry_of(message);
    return expires_at && !shared.expiry_frozen && *expires_at <= shared.now;
}

/// Too confidential for couriers to this bureau.
bool is_too_confidential(const core& shared, const store::message_row& message, bureau_id to) {
    return message.level > confidentiality::official_use &&
           !may_go_by_courier(*shared.config, to, message.level);
}

/// It was taken, by a store that `to` has no more: its text waits for `to` again.
bool was_revived(const answer::full_message& message, const store::delivery_row& row,
                 bureau_id to) {
    return row.state == delivery_state::relayed &&
           std::ranges::any_of(message.shipments, [&](const auto& one) {
               return one.position == 0 && one.peer == to && one.attempt == row.attempt &&
                      one.state == shipment_state::ready;
           });
}

courier_item make_item(const answer::full_message& message, const store::object_row& object,
                       std::uint8_t attempt, bureau_id to) {
    courier_item out;
    out.what.object = object;
    out.what.message = message.message;
    out.what.shipment.peer = to;
    out.what.shipment.cls = object.cls;
    out.what.shipment.object = object.row;
    out.what.shipment.message = message.message.row;
    out.what.shipment.position = object.position;
    out.what.shipment.attempt = attempt;
    out.what.shipment.origin = message.message.origin;
    return out;
}

/// The object once for each attempt of the deliveries that `goes` lets along.
template <class Predicate>
void add_items(std::vector<courier_item>& out, const answer::full_message& message,
               const store::object_row& object, bureau_id to, Predicate goes) {
    std::map<std::uint8_t, courier_item> by_attempt;
    for (const auto& row : message.deliveries) {
        if ((row.recipient != to && row.next_hop != to) || !goes(row)) {
            continue;
        }
        auto item = by_attempt.find(row.attempt);
        if (item == by_attempt.end()) {
            item =
                by_attempt.emplace(row.attempt, make_item(message, object, row.attempt, to)).first;
        }
        item->second.what.deliveries.push_back(row);
    }
    for (auto& [attempt, item] : by_attempt) {
        out.push_back(std::move(item));
    }
}

}  // namespace

std::vector<courier_item> texts_for(const core& shared, const answer::full_message& message,
                                    bureau_id to) {
    std::vector<courier_item> out;
    if (is_over(shared, message.message) || is_too_confidential(shared, message.message, to)) {
        return out;
    }
    for (const auto& object : message.objects) {
        if (object.row == message.message.text_object &&
            object.state == store::object_state::complete) {
            add_items(out, message, object, to, [&](const auto& row) {
                return (in_state(row.state) & from_here) != 0 || was_revived(message, row, to);
            });
        }
    }
    return out;
}

std::vector<courier_item> attachments_for(const core& shared, const answer::full_message& message,
                                          bureau_id to, message_class cls) {
    std::vector<courier_item> out;
    if (is_over(shared, message.message) || is_too_confidential(shared, message.message, to)) {
        return out;
    }
    for (const auto& object : message.objects) {
        if (object.position == 0 || object.cls != cls ||
            object.state != store::object_state::complete) {
            continue;
        }
        const auto waits_for_link = [&](const store::delivery_row& row) {
            return std::ranges::any_of(message.shipments, [&](const auto& one) {
                return one.position == object.position && one.peer == row.next_hop &&
                       one.attempt == row.attempt && one.state < shipment_state::held;
            });
        };
        add_items(out, message, object, to, [&](const auto& row) {
            return (in_state(row.state) & from_here) != 0 ||
                   ((in_state(row.state) & text_is_there) != 0 && waits_for_link(row));
        });
    }
    return out;
}

bool receipt_goes(const ready_shipment& receipt, bureau_id to, message_class cls) {
    const auto& shipment = receipt.shipment;
    return shipment.cls == cls && (shipment.peer == to || shipment.origin == to) &&
           receipt.object.from_peer != to && receipt.object.state == store::object_state::complete;
}

std::string recipient_list(const std::vector<store::delivery_row>& deliveries) {
    std::string out = " ";
    for (const auto& row : deliveries) {
        out.append(row.recipient.text()) += ' ';
    }
    return out;
}

bool is_listed(const std::string& recipients, bureau_id recipient) {
    return recipients.find(' ' + std::string(recipient.text()) + ' ') != std::string::npos;
}

std::map<bureau_id, errc> refused_recipients(const std::string& text) {
    std::map<bureau_id, errc> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        const auto equals = text.find('=', at);
        if (equals < end) {
            unsigned code = 0;
            std::from_chars(text.data() + equals + 1, text.data() + end, code);
            const auto who = bureau_id::parse(text.substr(at, equals - at));
            if (who && code != 0) {
                out.emplace(*who, static_cast<errc>(code));
            }
        }
        at = end + 1;
    }
    return out;
}

std::string refused_list(const std::map<bureau_id, errc>& refused) {
    std::string out;
    for (const auto& [who, code] : refused) {
        out += (out.empty() ? "" : " ") + std::string(who.text()) + '=' +
               std::to_string(static_cast<unsigned>(code));
    }
    return out;
}

}  // namespace dhow::route
