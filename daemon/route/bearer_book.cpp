// The links' schedules, quotas and counters.
// Way of the message: see bearer_book.hpp.
// Pure.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/bearer_book_test.cpp.
// Limits: see bearer_book.hpp.
#include "daemon/route/bearer_book.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

const std::string note_prefix = "quota.";

traffic operator-(const traffic& later, const traffic& earlier) {
    const auto less = [](std::uint64_t from, std::uint64_t what) {
        return from - std::min(from, what);
    };
    return {less(later.payload, earlier.payload), less(later.control, earlier.control),
            less(later.handshake, earlier.handshake), less(later.resent, earlier.resent)};
}

void add_to(traffic& sum, const traffic& what) {
    sum.payload += what.payload;
    sum.control += what.control;
    sum.handshake += what.handshake;
    sum.resent += what.resent;
}

/// A reading may be less than the one before, where it counted what then did not leave.
line_traffic larger(const line_traffic& left, const line_traffic& right) {
    line_traffic out;
    out.in = std::max(left.in, right.in);
    out.out = std::max(left.out, right.out);
    out.resent_out = std::max(left.resent_out, right.resent_out);
    out.handshake_in = std::max(left.handshake_in, right.handshake_in);
    out.handshake_out = std::max(left.handshake_out, right.handshake_out);
    out.payload_in = std::max(left.payload_in, right.payload_in);
    out.payload_out = std::max(left.payload_out, right.payload_out);
    return out;
}

}  // namespace

void bearer_book::configure(const std::vector<config::link>& links) {
    std::map<std::string, bearer_record> kept;
    for (const auto& settings : links) {
        auto& record = kept[settings.name];
        if (const auto old = x_records.find(settings.name); old != x_records.end()) {
            record = std::move(old->second);
        }
        record.schedule = bearer_schedule(settings);
        record.level_max = settings.level_max;
        record.quota.configure(settings.quota);
    }
    x_records = std::move(kept);
}

void bearer_book::restore(const std::map<std::string, std::string>& meta) {
    for (auto& [name, record] : x_records) {
        if (const auto found = meta.find(note_prefix + name); found != meta.end()) {
            record.quota.restore(found->second);
        }
    }
}

const bearer_record* bearer_book::find(const std::string& link) const {
    const auto found = x_records.find(link);
    return found == x_records.end() ? nullptr : &found->second;
}

bearer_record* bearer_book::find(const std::string& link) {
    const auto found = x_records.find(link);
    return found == x_records.end() ? nullptr : &found->second;
}

confidentiality bearer_book::level_max(const std::string& link) const {
    const auto* record = find(link);
    return record == nullptr ? protocol::highest_confidentiality : record->level_max;
}

std::uint64_t bearer_book::size_max(const std::string& link, message_class cls,
                                    utc_time now) const {
    const auto* record = find(link);
    if (record == nullptr) {
        return any_size;
    }
    return record->quota.allows(cls) ? record->schedule.size_max(cls, now) : 0;
}

std::optional<utc_time> bearer_book::opens(const std::string& link, message_class cls,
                                           std::uint64_t size_bytes, utc_time now) const {
    const auto* record = find(link);
    if (record == nullptr) {
        return now;
    }
    const auto from = record->quota.allows(cls) ? now : month_quota::next_month(now);
    return record->schedule.opens(cls, size_bytes, from);
}

std::optional<utc_time> bearer_book::next_change(const std::string& link, utc_time now) const {
    const auto* record = find(link);
    if (record == nullptr) {
        return std::nullopt;
    }
    auto out = record->schedule.next_change(now);
    if (record->quota.is_limited()) {
        const auto month = month_quota::next_month(now);
        out = out ? std::min(*out, month) : month;
    }
    return out;
}

void bearer_book::roll(utc_time now, bool is_sure) {
    for (auto& [name, record] : x_records) {
        record.quota.roll(now, is_sure);
    }
}

bool bearer_book::has_quota(const std::string& link) const {
    const auto* record = find(link);
    return record != nullptr && record->quota.is_limited();
}

void bearer_book::add(bearer_record& to, const traffic& sent, const traffic& received) {
    add_to(to.sent, sent);
    add_to(to.received, received);
}

void bearer_book::count(std::uint64_t session, const std::string& link, const line_traffic& reading,
                        utc_time now, bool is_sure) {
    auto* record = find(link);
    if (record == nullptr) {
        return;
    }
    auto& seen = x_seen[session];
    const auto known = larger(seen, reading);
    const auto more = known.in - seen.in + known.out - seen.out;
    add(*record, known.sent() - seen.sent(), known.received() - seen.received());
    record->quota.add(more, now, is_sure);
    seen = known;
}

void bearer_book::count_failed(const std::string& link, const line_traffic& cost, utc_time now,
                               bool is_sure) {
    if (auto* record = find(link)) {
        add(*record, cost.sent(), cost.received());
        record->quota.add(cost.in + cost.out, now, is_sure);
    }
}

void bearer_book::count_end(const std::string& link, const protocol::session_end& how) {
    const auto code = protocol::errc_of(how.code);
    const bool was_cut = !how.by_goodbye && (code == protocol::errc::connection_lost ||
                                             code == protocol::errc::timed_out);
    auto* record = was_cut ? find(link) : nullptr;
    if (record != nullptr) {
        record->cuts += 1;
    }
}

std::vector<std::pair<std::string, std::string>> bearer_book::take_notes(bool exact) {
    std::vector<std::pair<std::string, std::string>> out;
    for (auto& [name, record] : x_records) {
        if (record.quota.wants_note() || (exact && record.quota.is_limited())) {
            out.emplace_back(note_prefix + name, record.quota.note(exact));
        }
    }
    return out;
}

std::pair<std::string, std::string> bearer_book::note_of(const std::string& link) {
    return {note_prefix + link, x_records.at(link).quota.note(true)};
}

}  // namespace dhow::route
