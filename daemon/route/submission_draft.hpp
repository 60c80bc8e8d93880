// A message on its way through submission, and the transaction that it becomes.
// Way of the message: submission.cpp -> [draft] -> submission_plan.cpp.
// Pure values.
// Spec: docs/overview.md#submitting. Tests: unit/route/submission_test.cpp.
// Limits: see submission.hpp.
#pragma once

#include "daemon/route/case_book.hpp"
#include "daemon/route/clock_facts.hpp"
#include "daemon/route/submission.hpp"
#include "protocol/kinds/validate.hpp"
#include "protocol/known.hpp"

namespace dhow::route {

struct submission::draft {
    draft() = default;
    draft(const draft&) = delete;
    draft& operator=(const draft&) = delete;
    ~draft();

    std::string agency;
    bool has_rights_of_agency = false;  ///< Else a message of the gateway itself.
    request::submit what;               ///< The text goes when it is sealed.
    answer_to answer;
    std::optional<digest> key;  ///< Of the idempotency row.
    digest request;
    std::vector<bureau_id> recipients;
    std::vector<uploads::finished> attachments;
    confidentiality level = confidentiality::unsaid;
    protocol::header header;
    clock_facts clocks;        ///< What the text says of them.
    bool is_admitted = false;  ///< Quota is spent, uploads are taken.
    std::int64_t day = 0;      ///< Whose quota it is.
    bool is_stored = false;

    // Of its case; see submission_case.cpp.
    bool is_case_known = false;
    std::optional<case_text> said;
    [[nodiscard]] const case_text& case_said() const {
        return protocol::known(said, "a message that is of no case");
    }
    digest case_key;
    std::optional<std::uint64_t> revision;  ///< Of our row of the case: accepted only then.
    bytes sealed_end;                       ///< The text that will end it, if nobody prolongs it.
    answer::case_file file;                 ///< As it was when the message was admitted.
    std::vector<bureau_id> left_out;        ///< Have a copy, and cannot be addressed.
    std::vector<message_id> called_back;  ///< What has not arrived everywhere and no longer counts.

    // Of the record that it is about; see submission_record.cpp.
    bool is_record_asked = false;
    std::optional<kinds::record_facts> record;
};

/// What is refused by those rules that are asked here, in words; empty: nothing.
std::string refusals_in(const kinds::verdict& verdict, bool (*is_asked)(std::string_view rule));

/// All that one message puts into the store, in one transaction, and what follows its commit.
struct submission::plan {
    store::transaction transaction;
    store::message_row message;
    store::object_row text;
    std::vector<store::object_row> attachments;
    std::vector<store::delivery_row> deliveries;
    bytes inline_body;                  ///< When it is small enough to go with its OFFER.
    std::vector<ready_shipment> ready;  ///< The text to each next hop.
    std::optional<utc_time> due_at;
    std::size_t case_begins = SIZE_MAX;  ///< In the transaction.
    std::optional<utc_time> case_due;
    std::optional<utc_time> clock_due_at;
};

}  // namespace dhow::route
