// What a later message of the same origin calls back while it waits here for others.
// Way of the message: inbound takes custody of the later one -> [recalls] -> store; deadlines finds
// what is called back -> [recalls] -> receipts.
// Pure. Net thread.
// Spec: docs/decisions/0019. Tests: unit/route/recalls_test.cpp, sim.
// Limits: references_max ids of one message, looked for one after another.
#pragma once

#include "daemon/route/receipts.hpp"
#include "protocol/header.hpp"

namespace dhow::route {

/// What is here of the messages that one message calls back. While it lives none of it is offered.
struct recall {
    std::vector<answer::full_message> messages;
    std::vector<withheld> keep;
};
using recall_ptr = std::shared_ptr<recall>;

/// A recipient for whom nothing leaves any more, and why.
using called_back = std::map<bureau_id, errc>;
called_back called_back_in(const std::vector<answer::called_back::one>& rows);

class recalls {
public:
    recalls(core& shared, outbound& out, receipts& receipts_)
        : x_core(shared), x_out(out), x_receipts(receipts_) {}

    static bool names_any(const protocol::header& header) {
        return !header.cancels.empty() || !header.supersedes.empty();
    }
    /// Keeps back what is here of what `header` calls back, and what comes of it meanwhile.
    void begin(const protocol::header& header, std::function<void(recall_ptr)> then);
    /// Custody of `message` was taken: it is kept back too if something that calls it back is on
    /// its way into the store.
    void keep_back(const store::message_row& message);
    /// To the transaction that takes custody of `header`'s message for `recipients`. After commit
    /// on_committed() follows, with what is given here.
    std::vector<store::outcome_row> add(store::transaction& to, const protocol::header& header,
                                        const recall& found, const std::set<bureau_id>& recipients,
                                        utc_time forget_at);
    void on_committed(const recall_ptr& found, std::vector<store::outcome_row> outcomes);
    /// Rows of the same id stop here, for good: of these nothing has left.
    void collapse(const answer::full_message& message, const std::vector<store::delivery_row>& rows,
                  const called_back& codes, withheld keep);

    /// The signed word about a copy that is called back.
    [[nodiscard]] protocol::outcome outcome_of(const message_id& id, std::uint8_t attempt,
                                               bureau_id recipient, protocol::outcome_kind kind,
                                               errc code, const bytes& seal) const;

private:
    using name = std::pair<bureau_id, message_id>;
    void look(std::vector<name> names, recall_ptr found, std::function<void(recall_ptr)> then);
    void end_shipments(store::transaction& to, const answer::full_message& message,
                       const std::vector<store::delivery_row>& rows) const;

    core& x_core;
    outbound& x_out;
    receipts& x_receipts;
    std::map<name, std::vector<std::weak_ptr<recall>>> x_under_way;
};

}  // namespace dhow::route
