// How a message of an agency enters: rights, form, idempotency, quota, seal.
// Way of the message: see submission.hpp.
// Pure. Net thread. The transaction is made in submission_plan.cpp.
// Spec: docs/overview.md#submitting. Tests: unit/route/submission_test.cpp, sim.
// Limits: see submission.hpp.
#include "daemon/route/submission_checks.hpp"
#include "daemon/route/submission_draft.hpp"
#include "daemon/route/wipe.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

namespace {

digest key_of(const core& shared, const std::string& agency, const std::string& key) {
    protocol::writer out;
    out.raw(protocol::as_bytes(agency)).u8(0).raw(protocol::as_bytes(key));
    return shared.outside.index_of(out.view());
}

/// What makes two requests the same. Of attachments only the number counts: who repeats a request
/// after a
/// break has uploaded anew, and gets the message that is there instead of a second one.
digest request_digest(const core& shared, const request::submit& what) {
    protocol::writer out;
    out.sized(what.kind).sized(what.subject).sized(what.media_type);
    out.u8(static_cast<std::uint8_t>(what.cls)).sized(what.text);
    auto to = what.to;
    std::ranges::sort(to);
    out.varint(to.size());
    for (const auto& one : to) {
        out.sized(one);
    }
    out.varint(what.attachments.size());
    out.u8(what.never_expires ? 1 : 0);
    out.varint(what.time_to_live ? static_cast<std::uint64_t>(what.time_to_live->count()) : 0);
    // Nothing for an empty list: a request of an earlier version has the digest that it had.
    for (const auto denied : std::set(what.deny.begin(), what.deny.end())) {
        out.sized("deny").sized(denied.text());
    }
    for (const auto* ids : {&what.supersedes, &what.cancels}) {
        out.varint(ids->size());
        for (const auto& id : *ids) {
            out.raw(id.view());
        }
    }
    return shared.outside.index_of(out.view());
}

std::int64_t day_of(utc_time time) {
    return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

}  // namespace

submission::draft::~draft() {
    for (auto& one : attachments) {
        wipe_key(one.entry);
    }
}

void submission::submit(const caller& who, request::submit what, answer_to answer) {
    const auto agency = x_core.config->agencies.find(who.agency);
    if (agency == x_core.config->agencies.end() || agency->second.send_kinds.empty()) {
        answer(refusal(errc::unauthorised, "this caller may not send messages"));
        return;
    }
    auto message = std::make_shared<draft>();
    message->agency = who.agency;
    message->what = std::move(what);
    message->answer = std::move(answer);
    message->has_rights_of_agency = true;
    begin(std::move(message));
}

void submission::submit_own(const std::string& agency, request::submit what, answer_to answer) {
    auto message = std::make_shared<draft>();
    message->agency = agency;
    message->what = std::move(what);
    message->answer = std::move(answer);
    begin(std::move(message));
}

void submission::submit_end(const std::string& agency, std::uint64_t revision, request::submit what,
                            answer_to answer) {
    auto message = std::make_shared<draft>();
    message->agency = agency;
    message->revision = revision;
    message->what = std::move(what);
    message->answer = std::move(answer);
    begin(std::move(message));
}

void submission::begin(draft_ptr message) {
    if (x_core.stopping) {
        message->answer(
            refusal(errc::shutting_down, "the gateway stops", std::chrono::seconds{10}));
        return;
    }
    const auto& key = message->what.idempotency_key;
    if (key.empty() || key.size() > limits::idempotency_key_bytes_max) {
        admit(std::move(message));
        return;
    }
    message->key = key_of(x_core, message->agency, key);
    message->request = request_digest(x_core, message->what);
    if (const auto under_way = x_keys.find(*message->key); under_way != x_keys.end()) {
        under_way->second.push_back(std::move(message));  // Begins anew when that one has ended.
        return;
    }
    x_keys.emplace(*message->key, std::vector<draft_ptr>{});
    look_for_repeat(std::move(message));
}

void submission::look_for_repeat(draft_ptr message) {
    x_core.out.ask(query::find_idempotency{*message->key}, [this, message](store::reply& reply) {
        const auto& row = expect<answer::idempotency>(reply).row;
        if (!row) {
            admit(message);
            return;
        }
        finish(message,
               row->request == message->request
                   ? api_response(response::accepted{row->id, true})
                   : api_response(refusal(errc::conflict,
                                          "the idempotency key stands for another message")));
    });
}

bool submission::spend_quota(const std::string& agency) {
    const auto limit = x_core.config->agencies.at(agency).messages_per_day;
    auto& today = x_today[agency];
    if (today.day != day_of(x_core.now)) {
        today = {day_of(x_core.now), 0};
    }
    if (limit != 0 && today.messages >= limit) {
        return false;
    }
    today.messages += 1;
    return true;
}

void submission::give_back_quota(const std::string& agency, std::int64_t day) {
    auto& today = x_today[agency];
    if (today.day == day && today.messages > 0) {
        today.messages -= 1;
    }
}

std::optional<response::problem> submission::why_not(draft& message) const {
    const auto& what = message.what;
    const auto agency = x_core.config->agencies.find(message.agency);
    const bool asks_rights = message.has_rights_of_agency;
    if (asks_rights && agency == x_core.config->agencies.end()) {
        return refusal(errc::unauthorised, "the agency is no longer configured");
    }
    auto checked =
        check_submission(x_core, what, x_uploads.bytes_of(message.agency, what.attachments),
                         asks_rights ? &agency->second : nullptr);
    message.recipients = std::move(checked.recipients);
    message.level = checked.level;
    const auto uploads = x_uploads.why_not(message.agency, what.attachments);
    if (!uploads.empty()) {
        checked.problems += (checked.problems.empty() ? "" : "; ") + uploads;
        checked.code = checked.code == errc{} ? errc::validation_failed : checked.code;
    }
    if (checked.code != errc{}) {
        return refusal(checked.code, checked.problems);
    }
    constexpr std::chrono::seconds until_space{60};
    const bool has_room =
        x_core.disk.accepts(what.cls) &&
        (what.attachments.empty() || x_core.disk.accepts(attachment_class(what.cls)));
    if (!has_room) {
        return refusal(errc::store_full, "the disk has no room for this class", until_space);
    }
    return std::nullopt;
}

void submission::admit(draft_ptr message) {
    if (auto problem = why_not(*message)) {
        finish(message, std::move(*problem));
        return;
    }
    if (!std::exchange(message->is_case_known, true) && find_case_of(message)) {
        return;  // Comes here again when the case is known.
    }
    if (auto problem = fit_case(*message)) {
        finish(message, std::move(*problem));
        return;
    }
    if (!std::exchange(message->is_record_asked, true) && find_record_of(message)) {
        return;  // The same.
    }
    if (auto problem = fit_record(*message)) {
        finish(message, std::move(*problem));
        return;
    }
    if (message->has_rights_of_agency && !spend_quota(message->agency)) {
        const auto tomorrow =
            std::chrono::floor<std::chrono::days>(x_core.now) + std::chrono::days{1};
        finish(message,
               refusal(errc::quota_exceeded, "the agency has sent all its messages of today",
                       std::chrono::ceil<std::chrono::seconds>(tomorrow - x_core.now)));
        return;
    }
    message->is_admitted = true;
    message->day = day_of(x_core.now);
    message->attachments = x_uploads.take(message->what.attachments);
    message->header = make_header(*message);
    seal(std::move(message));
}

protocol::header submission::make_header(const draft& message) {
    const auto& what = message.what;
    protocol::header out;
    out.id = x_core.new_message_id();
    out.origin = x_core.self();
    out.cls = what.cls;
    out.created = x_core.now;
    const auto usual = x_core.config->times[static_cast<std::size_t>(what.cls)].expires_after;
    if (!what.never_expires && (what.time_to_live || usual.count() > 0)) {
        out.time_to_live = what.time_to_live.value_or(usual);
    }
    out.clock = x_core.expiry_frozen ? protocol::clock_quality::doubtful
                                     : protocol::clock_quality::synchronised;
    out.hop_limit = limits::hop_limit_default;
    for (const auto& one : message.attachments) {
        out.attachments.push_back(
            {one.entry.sealed_digest, one.sealed_bytes, attachment_class(what.cls)});
    }
    out.supersedes = what.supersedes;
    out.cancels = what.cancels;
    return out;
}

protocol::content submission::make_content(const draft& message) {
    const auto& what = message.what;
    protocol::content out;
    out.kind = what.kind;
    out.agency = message.agency;
    out.subject = what.subject;
    out.media_type = what.media_type;
    out.text = what.text;
    out.recipients = message.recipients;
    for (const auto& one : message.attachments) {
        out.attachments.push_back(one.entry);
    }
    return out;
}

void submission::seal(draft_ptr message) {
    seal::job::seal_message job{message->header, make_content(*message), message->recipients};
    message->clocks =
        clock_facts_of(message->what.kind, message->what.media_type, message->what.text);
    message->what.text = {};
    x_core.out.run(
        std::move(job), message->what.cls == message_class::flash,
        [this, message](protocol::result<seal::job_outcome>& made) {
            if (!made) {
                finish(message, refusal(protocol::errc_of(made.error()),
                                        "the message was not sealed: " + made.error().message()));
                return;
            }
            auto sealed = std::make_shared<seal::done::sealed_message>(
                std::move(std::get<seal::done::sealed_message>(*made)));
            prepare_end(message, [this, message, sealed] { store_it(message, *sealed); });
        });
}

void submission::finish(const draft_ptr& message, api_response answer) {
    const bool is_accepted = std::holds_alternative<response::accepted>(answer);
    if (message->is_admitted) {
        if (message->is_stored) {
            x_uploads.forget(message->what.attachments);
        } else {
            x_uploads.give_back(message->what.attachments);
        }
        if (!message->is_stored && message->has_rights_of_agency) {
            give_back_quota(message->agency, message->day);
        }
    }
    if (is_accepted && message->is_stored) {
        x_core.count.submitted[static_cast<std::size_t>(message->what.cls)] += 1;
    }
    std::vector<draft_ptr> others;
    if (message->key) {
        if (const auto under_way = x_keys.find(*message->key); under_way != x_keys.end()) {
            others = std::move(under_way->second);
            x_keys.erase(under_way);
        }
    }
    message->answer(std::move(answer));
    for (auto& other : others) {
        begin(std::move(other));
    }
}

}  // namespace dhow::route
