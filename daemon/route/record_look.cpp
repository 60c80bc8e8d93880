// Asks the store what is known of the record that a hit is about, and of who was asked about it.
// Way of the message: see record_look.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0022-record-facts.md. Tests: unit/route/record_look_test.cpp.
// Limits: see record_look.hpp.
#include "daemon/route/record_look.hpp"

#include "daemon/route/case_book.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/known.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

namespace json = boost::json;

struct named_message {
    message_id id;
    std::string kind;  ///< As the text says; may be empty.
};

/// What one text wants to know, and what is known so far.
struct record_look {
    kinds::end at = kinds::end::sender;
    bureau_id sender;
    std::vector<bureau_id> recipients;
    std::optional<message_id> record;   ///< Its name, if that is the id of a message.
    std::optional<message_id> subject;  ///< Of a request of ours.
    std::vector<store::question> questions;
    std::size_t left = 0;
    kinds::record_facts facts{.requests_are_all = false};
    std::vector<bureau_id> asked;  ///< Who may answer.
    bool is_barred = false;        ///< The sender was not asked what it answers.
};

std::string text_at(const json::value& text, std::string_view pointer) {
    const auto* found = kinds::at_pointer(text, pointer);
    return found != nullptr && found->is_string() ? std::string{found->get_string()}
                                                  : std::string{};
}

std::vector<named_message> messages_named_in(const json::value& text) {
    std::vector<named_message> out;
    const auto* all = kinds::at_pointer(text, "/references");
    if (all == nullptr || !all->is_array()) {
        return out;
    }
    for (const auto& one : all->get_array()) {
        const auto id = protocol::parse_message_id(text_at(one, "/id"));
        if (id && out.size() < limits::references_max) {
            out.push_back({*id, text_at(one, "/kind")});
        }
    }
    return out;
}

/// The cases that may be of this name: those that a message began, or those of subjects.
void ask_for_cases(const core& shared, record_look& look, const kinds::record_rule& rule,
                   const json::value& text) {
    auto name = text_at(text, rule.pointer);
    look.record = protocol::parse_message_id(name);
    if (name.empty() || (!look.record && !rule.entity_when.holds(text))) {
        return;
    }
    if (look.record) {
        name = to_text(*look.record);
    }
    std::set<std::string> lifecycles;
    for (const auto& [kind, row] : kinds::registry::in_force().rows()) {
        if (row.role == kinds::case_role::content && row.needs_entity != look.record.has_value()) {
            lifecycles.insert(row.lifecycle);
        }
    }
    for (const auto& lifecycle : lifecycles) {
        look.questions.emplace_back(
            query::load_case{case_key(shared, lifecycle, name), limits::case_messages_max});
    }
}

/// Whether a reference may be to what a message of this kind has to refer to.
bool may_be_meant(const kinds::kind_row& row, const named_message& one) {
    return one.kind.empty() || std::ranges::any_of(row.references, [&](const auto& rule) {
               return std::ranges::find(rule.kinds, one.kind) != rule.kinds.end();
           });
}

/// A request, or an answer to one. A reference that names another kind is to something else: many
/// hits may have it in common.
void ask_for_requests(record_look& look, const kinds::kind_row& row, const json::value& text) {
    const auto named = messages_named_in(text);
    const auto meant =
        std::ranges::find_if(named, [&row](const auto& one) { return may_be_meant(row, one); });
    if (row.answer && look.at == kinds::end::sender && meant != named.end()) {
        look.subject = meant->id;
        look.questions.emplace_back(
            query::find_asked{*look.subject, row.answer->kind, limits::clocks_of_a_hit_max});
    }
    for (const auto* request : kinds::registry::in_force().answered_by(row.name)) {
        for (const auto& one : named) {
            if (one.kind.empty() || one.kind == request->name) {
                look.questions.emplace_back(
                    query::find_asked{one.id, row.name, limits::clocks_of_a_hit_max});
            }
        }
    }
}

record_look read_look(const core& shared, const record_question& what) {
    record_look out{.at = what.at, .sender = what.sender, .recipients = what.recipients};
    const auto& data = kinds::registry::in_force();
    const auto* row = data.find(what.kind);
    if (row == nullptr || !kinds::is_document(what.media_type) ||
        (!row->record && !row->answer && data.answered_by(row->name).empty())) {
        return out;
    }
    kinds::problem_list ignored;
    if (const auto text = kinds::parse_document(protocol::as_text(what.text), ignored, {})) {
        if (row->record) {
            ask_for_cases(shared, out, *row->record, *text);
        }
        ask_for_requests(out, *row, *text);
    }
    return out;
}

/// Who began the case. A bureau that only says something of another's message is not one of them.
std::vector<bureau_id> begun_by(const answer::case_file& file, const message_id& id) {
    std::vector<bureau_id> out;
    for (const auto& item : file.items) {
        if (item.row.id == id && role_of(item.row) == kinds::case_role::content) {
            out.push_back(item.row.owner);
        }
    }
    return out;
}

/// The General Secretariat's end counts whoever began it; else the word of who began it, or, where
/// nothing but an end is here, of those who are asked about it.
void take_case(const core& shared, record_look& look, const answer::case_file& file) {
    if (file.rows.empty()) {
        return;
    }
    look.facts.known = true;
    auto owners = look.record ? begun_by(file, *look.record) : std::vector<bureau_id>{};
    if (owners.size() == 1) {
        look.facts.owner = owners.front().text();
    }
    if (owners.empty()) {
        owners = look.at == kinds::end::sender ? look.recipients : std::vector{shared.self()};
    }
    const bool has_ended = !owners.empty() && std::ranges::all_of(owners, [&](const auto owner) {
        const auto* row = find_case(file, owner);
        return row != nullptr && row->ended;
    });
    look.facts.tombstoned = look.facts.tombstoned || has_ended || is_ended_by_authority(file);
}

/// When a message was made, as its id says (UUIDv7).
utc_time made_at(const message_id& id) {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        out = out * 256 + id.value[i];
    }
    return utc_time{protocol::milliseconds{out}};
}

/// The hit is younger than this store and than what is forgotten, by a time that is not in doubt:
/// no request about it can have gone unseen.
bool has_seen_all_of(const core& shared, const message_id& subject) {
    const auto made = made_at(subject);
    const utc_time store_begins{std::chrono::seconds{shared.epoch}};
    return !shared.expiry_frozen && made > store_begins && made <= shared.now &&
           shared.now - made < limits::clock_memory;
}

/// One that was called back does not count, and its number may be used again or not.
void count_requests(const core& shared, record_look& look, const answer::clocks& found) {
    const auto& subject = protocol::known(look.subject, "requests about nothing");
    bool are_all = !found.more && has_seen_all_of(shared, subject);
    for (const auto& row : found.rows) {
        const bool is_asked =
            std::ranges::find(look.recipients, row.other) != look.recipients.end();
        if (row.origin != shared.self() || row.subject != subject || !is_asked) {
            continue;
        }
        if (row.state == store::clock_state::ended) {
            are_all = false;
        } else {
            look.facts.requests = std::max<std::uint64_t>(look.facts.requests, row.number);
        }
    }
    look.facts.requests_are_all = are_all;
}

/// Here all is known of requests of our own alone. Whoever sends a reply knows of them that it was
/// the one who asked.
void take_asked(const core& shared, record_look& look, const message_id& about,
                const answer::clocks& found) {
    std::vector<bureau_id> asked;
    bool is_request = false;
    for (const auto& row : found.rows) {
        if (row.origin == shared.self()) {
            asked.push_back(row.other);
            is_request = is_request || row.id == about;
        }
    }
    const bool is_known = look.at == kinds::end::receiver ? !asked.empty() : is_request;
    if (!is_known || found.more || look.is_barred) {
        return;
    }
    look.is_barred = std::ranges::find(asked, look.sender) == asked.end();
    if (look.is_barred) {
        look.asked.clear();
    }
    for (const auto other : asked) {
        if (std::ranges::find(look.asked, other) == look.asked.end()) {
            look.asked.push_back(other);
        }
    }
}

void take_answer(const core& shared, record_look& look, const store::question& question,
                 store::reply& reply) {
    const auto* asked = std::get_if<query::find_asked>(&question);
    if (asked == nullptr) {
        take_case(shared, look, expect<answer::case_file>(reply));
    } else if (look.subject) {
        count_requests(shared, look, expect<answer::clocks>(reply));
    } else {
        take_asked(shared, look, asked->about, expect<answer::clocks>(reply));
    }
}

kinds::record_facts facts_of(record_look& look) {
    if (!look.asked.empty()) {
        look.facts.owner = look.asked.front().text();
        for (const auto other : look.asked) {
            look.facts.delegates.emplace_back(other.text());
        }
    }
    return std::move(look.facts);
}

}  // namespace

bool find_record(core& shared, const record_question& what,
                 std::function<void(kinds::record_facts)> then) {
    const auto look = std::make_shared<record_look>(read_look(shared, what));
    look->left = look->questions.size();
    for (const auto& question : look->questions) {
        shared.out.ask(question, [&shared, look, question, then](store::reply& reply) {
            take_answer(shared, *look, question, reply);
            if (--look->left == 0) {
                then(facts_of(*look));
            }
        });
    }
    return !look->questions.empty();
}

}  // namespace dhow::route
