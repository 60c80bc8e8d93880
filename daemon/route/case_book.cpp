// How a case stands in the store.
// Way of the message: see case_book.hpp.
// Pure functions.
// Spec: docs/decisions/0017. Tests: unit/route/cases_test.cpp.
// Limits: none of its own.
#include "daemon/route/case_book.hpp"

#include "daemon/route/levels.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/retention.hpp"

#include <algorithm>
#include <set>

namespace dhow::route {

namespace {

static_assert(static_cast<int>(kinds::case_role::restriction) == 6);  // The store's index says so.

const kinds::registry& data() { return kinds::registry::in_force(); }

kinds::case_view view_of(const store::case_row& row) {
    return {.state = row.state,
            .ended = row.ended,
            .suspended = row.suspended,
            .content = {row.content_version, row.content_at},
            .decision = {row.decision_version, row.decision_at}};
}

}  // namespace

std::optional<case_text> read_case_text(const protocol::content& content, bureau_id sender,
                                        const message_id& id, utc_time created) {
    const auto* row = data().find(content.kind);
    if (row == nullptr || row->role == kinds::case_role::none ||
        !kinds::is_document(content.media_type)) {
        return std::nullopt;
    }
    kinds::problem_list ignored;
    auto text = kinds::parse_document(protocol::as_text(content.text), ignored, {});
    if (!text) {
        return std::nullopt;
    }
    auto word = kinds::case_of(data(), content.kind, sender.text(), to_text(id), created, *text);
    if (!word) {
        return std::nullopt;
    }
    return case_text{std::move(*word), content.kind, std::move(*text)};
}

digest case_key(const core& shared, std::string_view lifecycle, std::string_view name) {
    protocol::writer out;
    out.sized(std::string_view{"case"}).sized(lifecycle).sized(name);
    return shared.outside.index_of(out.view());
}

bureau_id secretariat() { return bureau_id::parse(data().secretariat()).value_or(bureau_id{}); }

const store::case_row* find_case(const answer::case_file& file, bureau_id owner) {
    const auto found = std::ranges::find(file.rows, owner, &store::case_row::owner);
    return found == file.rows.end() ? nullptr : &*found;
}

bool is_ended_by_authority(const answer::case_file& file) {
    const auto* row = find_case(file, secretariat());
    return row != nullptr && row->ended;
}

void set_retention(store::case_row& row, const case_text& said, kinds::case_standing standing) {
    const bool counts =
        standing == kinds::case_standing::current || standing == kinds::case_standing::withheld;
    const auto* kind = data().find(said.kind);
    const auto created = said.word.point.at;
    const auto until = counts && kind != nullptr
                           ? kinds::kept_until(data(), *kind, created, said.text)
                           : std::nullopt;
    const bool is_set = until && (said.word.role == kinds::case_role::content || !row.keep_until ||
                                  *until > *row.keep_until);
    if (is_set) {
        row.keep_until = until;
        row.keeping = store::keep_state::kept;
        row.keep_at = kinds::question_at(data(), created, *until);
    } else if (row.keep_until && row.keeping == store::keep_state::deleted) {
        row.keeping = store::keep_state::kept;  // This one is left.
        row.keep_at = row.keep_until;
    }
}

judged_word judge_word(const answer::case_file& file, const digest& key, bureau_id owner,
                       const case_text& said, utc_time now) {
    judged_word out;
    if (const auto* before = find_case(file, owner)) {
        out.row = *before;
    }
    auto view = view_of(out.row);
    // Its own end is a tombstone of its own row, and judged there.
    const bool by_authority = owner != secretariat() && is_ended_by_authority(file);
    out.standing = kinds::judge(data(), view, by_authority, said.word, said.kind, said.text);
    out.row.key = key;
    out.row.owner = owner;
    out.row.revision += 1;
    out.row.state = view.state;
    out.row.ended = view.ended;
    out.row.suspended = view.suspended;
    out.row.content_version = view.content.version;
    out.row.content_at = view.content.at;
    out.row.decision_version = view.decision.version;
    out.row.decision_at = view.decision.at;
    out.row.changed_at = now;
    set_retention(out.row, said, out.standing);
    return out;
}

judged_word judge_restriction(const answer::case_file& file, const digest& key, bureau_id self,
                              utc_time now) {
    judged_word out;
    if (const auto* before = find_case(file, self)) {
        out.row = *before;
    }
    out.row.key = key;
    out.row.owner = self;
    out.row.revision += 1;
    out.row.changed_at = now;
    return out;
}

std::vector<bureau_id> denied_in(const answer::case_file& file, bureau_id owner) {
    std::vector<bureau_id> out;
    std::set<bureau_id> decided;
    for (const auto& item : file.items) {  // The newest first.
        const auto role = role_of(item.row);
        const bool counts =
            role == kinds::case_role::restriction || role == kinds::case_role::content;
        if (item.row.owner != owner || !counts) {
            continue;
        }
        for (const auto bureau : recipients_in(item.row.recipients)) {
            if (decided.insert(bureau).second && role == kinds::case_role::restriction) {
                out.push_back(bureau);
            }
        }
    }
    std::ranges::sort(out);
    return out;
}

void put_word(std::vector<store::change>& to, const answer::case_file& file,
              const judged_word& judged, store::case_message_row row) {
    if (judged.row.owner != secretariat()) {
        const auto* authority = find_case(file, secretariat());
        to.emplace_back(operation::expect_case{judged.row.key, secretariat(),
                                               authority == nullptr ? 0 : authority->revision});
    } else if (row.role == static_cast<std::uint8_t>(kinds::case_role::end)) {
        // It ends what others have said too: also what is being opened just now.
        std::uint64_t revisions = 0;
        for (const auto& each : file.rows) {
            revisions += each.revision;
        }
        to.emplace_back(operation::expect_case{judged.row.key, {}, revisions});
    }
    to.emplace_back(operation::put_case{judged.row});
    row.key = judged.row.key;
    row.owner = judged.row.owner;
    row.standing = static_cast<std::uint8_t>(judged.standing);
    to.emplace_back(operation::put_case_message{std::move(row)});
}

bool can_be_addressed(const core& shared, bureau_id bureau, confidentiality level) {
    const auto* entry = shared.directory->find(bureau);
    return entry != nullptr && entry->status != protocol::bureau_status::suspended &&
           entry->status != protocol::bureau_status::revoked &&
           shared.directory->current_key(bureau, protocol::key_purpose::encrypt) != nullptr &&
           !next_hops(shared, bureau, level).empty();
}

std::string recipients_text(const std::vector<bureau_id>& recipients) {
    std::string out = " ";
    for (const auto recipient : recipients) {
        out += std::string(recipient.text()) + " ";
    }
    return out;
}

std::vector<bureau_id> recipients_in(std::string_view text) {
    std::vector<bureau_id> out;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find(' ', begin), text.size());
        if (const auto one = bureau_id::parse(text.substr(begin, end - begin))) {
            out.push_back(*one);
        }
        begin = end + 1;
    }
    return out;
}

}  // namespace dhow::route
