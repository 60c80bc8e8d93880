// The origin of a case, with what tests of it say and ask.
// Way of the message: support of cases_origin_test and restrictions_test.
// Not pure: a store in a temporary folder.
// Spec: docs/decisions/0017. Tests: those.
// Limits: none.
#pragma once

#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

struct an_origin : core_harness {
    using outcome_kind = protocol::outcome_kind;
    using delivery_state = store::delivery_state;

    an_origin() : core_harness("IPSG") {
        settings().agencies.at("border").send_kinds = {"*"};
        reload();
    }
    static std::string version(int number) {
        return R"({"entity_id":"2024/123","body":{"version":)" + std::to_string(number) + "}}";
    }
    static request::submit document(const std::string& kind, const std::string& text,
                                    std::vector<std::string> to) {
        auto out = a_message(std::move(to));
        out.kind = kind;
        out.media_type = "application/json";
        out.text = text_bytes(text);
        out.never_expires = kind != "notice.publication";
        out.cls = out.never_expires ? message_class::flash : message_class::routine;
        return out;
    }
    message_id say(const std::string& kind, int number, std::vector<std::string> to = {"MU"}) {
        advance(1min);
        return expect<response::accepted>(
                   agency("border"), document("notice." + kind, version(number), std::move(to)))
            .id;
    }
    response::problem refused(const std::string& kind, int number) {
        return expect_problem(agency("border"),
                              document("notice." + kind, version(number), {"MU"}));
    }
    std::string recipients_of(const message_id& id) {
        std::string out;
        for (const auto& row : stored(id).deliveries) {
            out += std::string(row.recipient.text()) + " ";
        }
        return out;
    }
    delivery_state state_of(const message_id& id, std::string_view recipient) {
        for (const auto& row : stored(id).deliveries) {
            if (row.recipient == bureau(recipient)) {
                return row.state;
            }
        }
        return delivery_state::accepted;
    }
    protocol::header header_of(const message_id& id) {
        const auto seal = protocol::decode_seal(stored(id).message.seal);
        BOOST_REQUIRE(seal);
        return protocol::decode_header(seal->header).value();
    }
    /// Something of it is with the hub, or the addressee.
    void relay(const message_id& id, std::string_view recipient) {
        apply({operation::advance_delivery{.message = stored(id).message.row,
                                           .recipient = bureau(recipient),
                                           .expected = in_state(delivery_state::queued),
                                           .state = delivery_state::relayed,
                                           .at = now,
                                           .text = {}},
               operation::put_event{{bureau("IPSG"), id, bureau(recipient), now, "relayed",
                                     "peer " + std::string(recipient), 0, "attempt 0"}}});
    }
    /// A receipt that the recipient has signed.
    void tell(std::string_view issuer, const message_id& id, outcome_kind kind,
              const std::string& by = {}) {
        const seal::openssl_hasher hash;
        plain_sealer sealer(bureau(issuer), std::make_shared<protocol::directory>(directory()),
                            hash, ++x_receipts);
        protocol::receipt_content content;
        content.issuer = bureau(issuer);
        content.origin = bureau("IPSG");
        protocol::outcome outcome;
        outcome.id = id;
        outcome.recipient = content.issuer;
        outcome.kind = kind;
        outcome.at = now;
        outcome.agency = by;
        content.outcomes = {outcome};
        auto made = sealer.run(seal::job::sign_receipt{content});
        BOOST_REQUIRE(made);
        const auto& receipt = std::get<seal::done::signed_receipt>(*made);
        const store::row_id row = 5'000'000 + static_cast<store::row_id>(x_receipts);
        const auto state = kind == outcome_kind::refused   ? delivery_state::refused
                           : kind == outcome_kind::taken   ? delivery_state::taken
                           : kind == outcome_kind::removed ? delivery_state::answered
                                                           : delivery_state::complete;
        apply({operation::put_receipt{
                   {row, receipt.receipt_digest, content.issuer, receipt.encoded, now}},
               operation::settle_delivery{.origin = bureau("IPSG"),
                                          .id = id,
                                          .recipient = content.issuer,
                                          .expected = ~store::state_set{0},
                                          .state = state,
                                          .at = now,
                                          .text = by,
                                          .receipt = row,
                                          .actor = "bureau"}});
    }
    response::case_report report() {
        return expect<response::case_report>(an_operator(), request::case_of{"2024/123"});
    }
    std::vector<std::string> events_of(const message_id& id) {
        std::vector<std::string> out;
        for (const auto& row :
             query_store<answer::events>(query::load_events{bureau("IPSG"), id}).rows) {
            out.push_back(row.what);
        }
        return out;
    }
    bool has_event(const message_id& id, const std::string& what) {
        const auto all = events_of(id);
        return std::ranges::find(all, what) != all.end();
    }
    /// The newest message of the case.
    message_id newest() { return report().messages.front().id; }

private:
    std::uint64_t x_receipts = 0;
};

}  // namespace dhow::tests
