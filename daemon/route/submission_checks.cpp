// What stands against a message of an agency.
// Way of the message: see submission_checks.hpp.
// Pure.
// Spec: docs/agency-api.md#submit. Tests: unit/route/submission_test.cpp.
// Limits: see submission_checks.hpp.
#include "daemon/route/submission_checks.hpp"

#include "daemon/route/assignment.hpp"
#include "daemon/route/levels.hpp"
#include "daemon/route/submission.hpp"
#include "protocol/kinds/confidentiality.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

/// Collects problems; the first code that was put with the smallest rank is the answer's.
class findings {
public:
    void add(errc code, const std::string& text) {
        x_out.problems += (x_out.problems.empty() ? "" : "; ") + text;
        if (x_out.code == errc{} || rank(code) < rank(x_out.code)) {
            x_out.code = code;
        }
    }
    checked_submission take(std::vector<bureau_id> recipients, confidentiality level) {
        x_out.recipients = std::move(recipients);
        x_out.level = level;
        return std::move(x_out);
    }

private:
    /// Rights before form, form before what may pass with time.
    static int rank(errc code) {
        constexpr std::array order{errc::unauthorised,      errc::not_allowed,
                                   errc::too_large,         errc::validation_failed,
                                   errc::unknown_recipient, errc::no_route};
        return static_cast<int>(std::ranges::find(order, code) - order.begin());
    }
    checked_submission x_out;
};

std::string in_quotes(std::string_view text) {
    constexpr std::size_t shown_max = 64;
    return "`" + std::string(text.substr(0, shown_max)) + "`";
}

void check_rights(findings& out, const core& shared, const request::submit& what,
                  confidentiality level, const config::agency& rights) {
    const auto may_send_kind = [&](const auto& one) { return kind_matches(one, what.kind); };
    if (what.kind.starts_with(own_kind_prefix)) {
        out.add(errc::unauthorised, "kinds below `transport.` are the gateways' own");
    } else if (std::ranges::none_of(rights.send_kinds, may_send_kind)) {
        out.add(errc::unauthorised, "the agency may not send kind " + in_quotes(what.kind));
    }
    if (std::ranges::find(rights.send_classes, what.cls) == rights.send_classes.end()) {
        out.add(errc::unauthorised,
                "the agency may not send class " + std::string(protocol::to_text(what.cls)));
    }
    if (rights.level_max < level) {
        out.add(errc::unauthorised, "the agency may not have " + code_of(level));
    }
    const auto* self = shared.directory->find(shared.self());
    if (self == nullptr || std::ranges::find(self->classes, what.cls) == self->classes.end()) {
        out.add(errc::not_allowed, "the directory does not let this bureau send class " +
                                       std::string(protocol::to_text(what.cls)));
    }
}

/// Message ids (UUIDv7), none twice: what a header may hold.
bool are_references(const request::submit& what) {
    std::set<message_id> seen(what.supersedes.begin(), what.supersedes.end());
    seen.insert(what.cancels.begin(), what.cancels.end());
    const auto count = what.supersedes.size() + what.cancels.size();
    return count <= limits::references_max && seen.size() == count &&
           std::ranges::all_of(seen, [](const auto& id) {
               return (id.value[6] & 0xF0U) == 0x70 && (id.value[8] & 0xC0U) == 0x80;
           });
}

void check_form(findings& out, const request::submit& what) {
    if (!is_kind(what.kind)) {
        out.add(errc::validation_failed,
                "kind must be dotted lower-case words, like `hit.request`");
    }
    if (what.subject.size() > limits::short_text_bytes_max ||
        !protocol::is_clean_text(what.subject, false)) {
        out.add(
            errc::validation_failed,
            "subject must be at most 1024 bytes of UTF-8 in one line, without control characters");
    }
    if (what.media_type.empty() || what.media_type.size() > limits::short_text_bytes_max ||
        !protocol::is_clean_text(what.media_type, false)) {
        out.add(errc::validation_failed,
                "media_type must be 1 to 1024 bytes of UTF-8 without control characters");
    }
    if (what.text.size() > limits::text_bytes_max) {
        out.add(errc::too_large, "the text may have 1 MiB; more goes as an attachment");
    }
    if (what.attachments.size() > limits::attachments_max) {
        out.add(errc::too_large, "at most 64 attachments");
    }
    if (!are_references(what)) {
        out.add(errc::validation_failed,
                "supersedes and cancels name at most 32 messages together, none twice");
    }
    if (what.idempotency_key.size() > limits::idempotency_key_bytes_max) {
        out.add(errc::validation_failed, "the idempotency key may have 255 bytes");
    }
}

void check_life(findings& out, const request::submit& what) {
    if (what.never_expires && what.time_to_live) {
        out.add(errc::validation_failed, "a message that never expires has no time to live");
    } else if (what.time_to_live &&
               (what.time_to_live->count() < 1 || *what.time_to_live > limits::time_to_live_max)) {
        out.add(errc::validation_failed, "the time to live must be 1 second to 400 days");
    }
}

/// Fits an entry of send_to: the same text, or each bureau behind it is meant.
bool may_send_to(const core& shared, const config::agency& rights, bureau_id recipient) {
    return std::ranges::any_of(rights.send_to, [&](const auto& one) {
        return bureau_matches(*shared.config, one, recipient);
    });
}

/// What the recipient's entry says that it takes. One parcel goes to all, so one that does not
/// take it counts; the submitter leaves it out, or sends less.
void check_takes(findings& out, const protocol::directory_entry& entry, std::uint64_t text_bytes,
                 std::uint64_t attachment_bytes) {
    const std::string name(entry.bureau.text());
    //= DF-9
    if (entry.text_bytes && text_bytes > *entry.text_bytes) {
        out.add(errc::too_large, name + " takes texts of at most " +
                                     std::to_string(*entry.text_bytes) + " bytes, and this has " +
                                     std::to_string(text_bytes));
    }
    if (entry.attachment_bytes && attachment_bytes > *entry.attachment_bytes) {
        const auto most = *entry.attachment_bytes;
        out.add(errc::too_large,
                most == 0
                    ? name + " takes no attachments"
                    : name + " takes attachments of at most " + std::to_string(most) +
                          " bytes together, and these have " + std::to_string(attachment_bytes));
    }
    //= DF-10
    if (!entry.reads_parcels_of(protocol::format_version)) {
        out.add(errc::not_allowed, name + " does not read parcels of version " +
                                       std::to_string(protocol::format_version));
    }
}

void check_recipient(findings& out, const core& shared, bureau_id recipient, confidentiality level,
                     const config::agency* rights) {
    const std::string name(recipient.text());
    if (rights != nullptr && !may_send_to(shared, *rights, recipient)) {
        out.add(errc::unauthorised, "the agency may not send to " + name);
    }
    const auto* entry = shared.directory->find(recipient);
    const bool is_barred =
        entry != nullptr && (entry->status == protocol::bureau_status::suspended ||
                             entry->status == protocol::bureau_status::revoked);
    if (entry == nullptr || is_barred) {
        out.add(errc::unknown_recipient,
                name + (is_barred ? " is suspended or revoked" : " is not in the directory"));
    } else if (shared.directory->current_key(recipient, protocol::key_purpose::encrypt) ==
               nullptr) {
        out.add(errc::unknown_recipient, name + " has no current key to encrypt to");
    }
    if (shared.routes.next_hops(recipient).empty()) {
        out.add(errc::no_route, "there is no route to " + name);
    } else if (rights != nullptr && next_hops(shared, recipient, level).empty()) {
        out.add(errc::no_route, "no link may carry " + code_of(level) + " to " + name);
    }
}

}  // namespace

bool is_kind(std::string_view text) {
    bool begins = true;
    for (const char c : text) {
        const bool is_letter = c >= 'a' && c <= 'z';
        const bool is_digit = c >= '0' && c <= '9';
        if (begins ? !is_letter : !(is_letter || is_digit || c == '.')) {
            return false;
        }
        begins = c == '.';
    }
    constexpr std::size_t kind_bytes_max = 64;
    return !begins && text.size() <= kind_bytes_max;
}

checked_submission check_submission(const core& shared, const request::submit& what,
                                    std::uint64_t attachment_bytes, const config::agency* rights) {
    findings out;
    const auto level = kinds::confidentiality_in(kinds::registry::in_force(), what.media_type,
                                                 protocol::as_text(what.text));
    if (rights != nullptr) {
        check_rights(out, shared, what, level, *rights);
    }
    check_form(out, what);
    check_life(out, what);
    std::string culprit;
    const auto found = shared.routes.address(what.to, what.deny, culprit);
    if (!found) {
        const auto code = protocol::errc_of(found.error());
        if (code == errc::not_allowed) {
            // Not which: who reads the answer need not know the list.
            out.add(errc::validation_failed, "a bureau is named in to and in deny");
            return out.take({}, level);
        }
        out.add(code == errc::too_long ? errc::too_large : errc::unknown_recipient,
                code == errc::too_long ? "more than 511 recipients"
                : culprit.empty()      ? "no recipient is named"
                                       : "recipient " + in_quotes(culprit) + " is not known");
        return out.take({}, level);
    }
    for (const auto recipient : found->recipients) {
        check_recipient(out, shared, recipient, level, rights);
        if (const auto* entry = shared.directory->find(recipient)) {
            check_takes(out, *entry, what.text.size(), attachment_bytes);
        }
    }
    return out.take(found->recipients, level);
}

}  // namespace dhow::route
