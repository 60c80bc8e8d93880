// What of a message goes along with a courier to one bureau: judged by its deliveries.
// Way of the message: store -> [courier_choice] -> courier_export -> stick.
// Pure values.
// Spec: docs/courier.md#export. Tests: unit/route/courier_choice_test.cpp.
// Limits: those of one message.
#pragma once

#include "daemon/route/outbound.hpp"

namespace dhow::route {

/// One record of a bundle before it has a number. As an outbound transfer, but that `shipment` is
/// one of the store only for receipts (row not 0); what is on a link's queue stays there as it is.
struct courier_item {
    ready_shipment what;
    [[nodiscard]] bool is_text() const { return what.object.kind == protocol::object_kind::text; }
};

/// The text for those recipients of `message` that are `to` or are reached by it, and for whom it
/// is still under way from here: one item for each sending attempt. Empty when its time is over.
std::vector<courier_item> texts_for(const core& shared, const answer::full_message& message,
                                    bureau_id to);
/// Its complete attachments of this class, for those recipients that have not said that they have
/// all of it.
std::vector<courier_item> attachments_for(const core& shared, const answer::full_message& message,
                                          bureau_id to, message_class cls);
/// Whether a waiting receipt goes along to `to`.
bool receipt_goes(const ready_shipment& receipt, bureau_id to, message_class cls);

/// ` KE MU `, as bundle_record_row::recipients has it.
std::string recipient_list(const std::vector<store::delivery_row>& deliveries);
bool is_listed(const std::string& recipients, bureau_id recipient);
/// `KE=303 MU=301`, as the same member has it of an imported record: who was refused, and why.
std::map<bureau_id, errc> refused_recipients(const std::string& text);
std::string refused_list(const std::map<bureau_id, errc>& refused);

}  // namespace dhow::route
