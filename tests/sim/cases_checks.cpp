// The model of cases.
// Way of the message: see cases_checks.hpp.
// Pure but for the stores that it reads in the end.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test, tests/sim/mutations.py.
// Limits: see cases_checks.hpp.
#include "tests/sim/cases_checks.hpp"

#include "daemon/store/names.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/heap.hpp"
#include "tests/sim/node.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {

constexpr microseconds for_ever = std::chrono::hours{24 * 365 * 100};

paper_role role_of_kind(const std::string& kind) {
    static const std::map<std::string, paper_role> roles{
        {"notice.publication", paper_role::content},
        {"notice.addendum", paper_role::addition},
        {"notice.suspension", paper_role::suspension},
        {"notice.reinstatement", paper_role::resumption},
        {"notice.cancellation", paper_role::end},
        {"diffusion.circulation", paper_role::content},
        {"diffusion.update", paper_role::addition},
        {"diffusion.withdrawal", paper_role::end},
        {"diffusion.noncompliance", paper_role::end}};
    const auto found = roles.find(kind);
    return found == roles.end() ? paper_role::none : found->second;
}

bool is_to_act_on(const paper& one) {
    return one.role == paper_role::content || one.role == paper_role::addition;
}

std::string label_of(const paper& one) {
    return one.kind + " " + protocol::to_text(one.id) + " (version " + std::to_string(one.version) +
           ") of " + one.origin + " in case " + one.subject;
}

bool was_decided(store::assignment_state state) {
    return state == store::assignment_state::taken || state == store::assignment_state::rejected ||
           state == store::assignment_state::removed;
}

}  // namespace

const paper* case_checks::find(const protocol::message_id& id) const {
    const auto found = x_papers.find(id);
    return found == x_papers.end() ? nullptr : &found->second;
}

paper& case_checks::add(const std::string& origin, const protocol::message_id& id,
                        const document_facts& what) {
    auto& out = x_papers[id];
    if (!out.kind.empty()) {
        return out;
    }
    out.id = id;
    out.kind = what.kind;
    out.origin = origin;
    out.role = role_of_kind(what.kind);
    out.version = what.version;
    out.order = ++x_order;
    if (out.role == paper_role::none) {
        return out;
    }
    const bool begins = what.kind == "diffusion.circulation";
    out.subject = begins                ? protocol::to_text(id)
                  : what.entity.empty() ? protocol::to_text(what.about.front())
                                        : what.entity;
    return out;
}

void case_checks::on_accepted(const node& origin, const protocol::message_id& id,
                              const document_facts& what, const std::vector<std::string>& to) {
    const heap_scope nobodys(nullptr);
    add(origin.name(), id, what).named.insert(to.begin(), to.end());
}

void case_checks::on_read(const std::string& origin, const protocol::message_id& id,
                          const document_facts& what) {
    const heap_scope nobodys(nullptr);
    add(origin, id, what);
}

void case_checks::on_committed(node& at, const store::transaction& what) {
    for (const auto& change : what.changes) {
        if (const auto* made = std::get_if<store::operation::put_message>(&change)) {
            note_repeat(at, made->row);
            if (role_of_kind(made->row.kind) == paper_role::end &&
                made->row.origin.text() == at.name()) {
                x_inboxes[at.name()].emplace(made->row.id, x_clock.elapsed());  // It knows its own.
            }
        } else if (const auto* moved = std::get_if<store::operation::advance_assignment>(&change)) {
            note_holding(at, *moved);
        }
        const auto* put = std::get_if<store::operation::put_inbox>(&change);
        if (put == nullptr) {
            continue;
        }
        const auto* known = find(put->row.id);
        if (known != nullptr && is_to_act_on(*known) &&
            is_ended(present(at.name(), known->subject, for_ever), *known)) {
            ++x_late_copies;
        }
        x_inboxes[at.name()].emplace(put->row.id, x_clock.elapsed());
        x_rows[at.name()][put->row.message] = put->row.id;
    }
}

/// By what is on the disk: an answer to an agency may be lost.
void case_checks::note_holding(const node& at, const store::operation::advance_assignment& what) {
    const auto& id = x_rows[at.name()][what.message];
    const auto* known = find(id);
    const bool counts = known != nullptr && known->role != paper_role::none;
    if (counts && what.state == store::assignment_state::removed) {
        x_removed.insert({at.name(), what.agency, id});
    } else if (counts && what.state == store::assignment_state::taken &&
               known->role != paper_role::end) {
        x_held.insert({at.name(), what.agency, id});
    }
}

/// A gateway issues an end again by itself: the new message supersedes the one that is known.
void case_checks::note_repeat(const node& at, const store::message_row& row) {
    const auto seal = protocol::decode_seal(row.seal);
    const auto header = seal ? protocol::decode_header(seal->header)
                             : protocol::result<protocol::header>(seal.error());
    if (!header || row.origin.text() != at.name() || x_papers.contains(row.id)) {
        return;
    }
    for (const auto& earlier : header->supersedes) {
        const auto* known = find(earlier);
        if (known != nullptr && known->role == paper_role::end) {
            auto copy = *known;
            copy.id = row.id;
            copy.named.clear();
            x_papers.emplace(row.id, std::move(copy));
            return;
        }
    }
}

void case_checks::on_backed_up(const node& at) { x_backups[at.name()] = x_inboxes[at.name()]; }

void case_checks::on_restored(const node& at) {
    x_inboxes[at.name()] = x_backups[at.name()];
    x_restored.insert(at.name());
    // What its gateway has forgotten is not taken any more, and must not be again.
    for (auto* all : {&x_taken, &x_held}) {
        std::erase_if(*all, [&](const auto& one) { return one.bureau == at.name(); });
    }
}

std::optional<microseconds> case_checks::arrived(const std::string& bureau,
                                                 const protocol::message_id& id) const {
    const auto inbox = x_inboxes.find(bureau);
    if (inbox == x_inboxes.end()) {
        return std::nullopt;
    }
    const auto found = inbox->second.find(id);
    return found == inbox->second.end() ? std::nullopt : std::optional(found->second);
}

bool case_checks::is_at(const std::string& bureau, const protocol::message_id& id) const {
    return arrived(bureau, id).has_value();
}

// What was there ------------------------------------------------------------------------------

std::vector<const paper*> case_checks::present(const std::string& bureau,
                                               const std::string& subject,
                                               microseconds before) const {
    std::vector<const paper*> out;
    const auto inbox = x_inboxes.find(bureau);
    if (inbox == x_inboxes.end() || subject.empty()) {
        return out;
    }
    for (const auto& [id, at] : inbox->second) {
        const auto* known = find(id);
        if (known != nullptr && known->subject == subject && at < before) {
            out.push_back(known);
        }
    }
    return out;
}

namespace {
bool counts_against(const paper& end, const paper& what) {
    return end.role == paper_role::end && (end.origin == what.origin || end.origin == hub_name);
}
}  // namespace

bool case_checks::is_ended(const std::vector<const paper*>& here, const paper& what) {
    return std::ranges::any_of(here, [&](const paper* end) {
        return counts_against(*end, what) && what.version <= end->version;
    });
}

/// What is added does not put a case back into force: a publication above the end has to be there.
bool case_checks::is_too_early(const std::vector<const paper*>& here, const paper& what) {
    return what.role == paper_role::addition && std::ranges::any_of(here, [&](const paper* end) {
               const bool is_over = std::ranges::any_of(here, [&](const paper* other) {
                   return other->role == paper_role::content && other->version > end->version;
               });
               return counts_against(*end, what) && !is_over;
           });
}

// The newest decision counts, whatever was published since. One from before an end is void.
bool case_checks::is_suspended(const std::vector<const paper*>& here, const std::string& origin) {
    const paper* last = nullptr;
    for (const auto* one : here) {
        const bool decides =
            one->role == paper_role::suspension || one->role == paper_role::resumption;
        const bool is_void = std::ranges::any_of(here, [&](const paper* other) {
            return other->role == paper_role::end && other->order > one->order;
        });
        if (decides && one->origin == origin && !is_void &&
            (last == nullptr ||
             std::pair(one->version, one->order) > std::pair(last->version, last->order))) {
            last = one;
        }
    }
    return last != nullptr && last->role == paper_role::suspension;
}

/// What came between question and answer may have put it back into force.
std::string case_checks::why_never(const std::string& bureau, const paper& what,
                                   microseconds asked_at) const {
    return why_not(bureau, what, for_ever).empty() ? "" : why_not(bureau, what, asked_at);
}

std::string case_checks::why_not(const std::string& bureau, const paper& what,
                                 microseconds before) const {
    const auto here = present(bureau, what.subject, before);
    if (is_ended(here, what)) {
        return "its case has ended there";
    }
    const bool is_old = std::ranges::any_of(here, [&](const paper* other) {
        return other->role == paper_role::content && other->origin == what.origin &&
               other->version > what.version;
    });
    if (is_old) {
        return "a higher version is there";
    }
    if (is_too_early(here, what)) {
        return "what it is added to is not there";
    }
    return is_suspended(here, what.origin) ? "its case is suspended there" : "";
}

// What agencies saw and said ------------------------------------------------------------------

void case_checks::on_offered(const node& at, const std::string& agency,
                             const protocol::message_id& id, microseconds asked_at) {
    const heap_scope nobodys(nullptr);
    const auto* known = find(id);
    if (known == nullptr || !is_to_act_on(*known)) {
        return;
    }
    ++x_offers;
    const auto reason = why_never(at.name(), *known, asked_at);
    if (!reason.empty()) {
        x_problems.push_back("offered: " + label_of(*known) + " to agency " + agency + " of " +
                             at.name() + ", though " + reason);
    }
}

void case_checks::on_taken(const node& at, const std::string& agency,
                           const protocol::message_id& id, microseconds asked_at) {
    const heap_scope nobodys(nullptr);
    const auto* known = find(id);
    const bool counts =
        known != nullptr && known->role != paper_role::none && known->role != paper_role::end;
    if (!counts || !x_taken.insert({at.name(), agency, id}).second || !is_to_act_on(*known)) {
        return;
    }
    const auto reason = why_never(at.name(), *known, asked_at);
    if (!reason.empty()) {
        x_problems.push_back("taken: " + label_of(*known) + " by agency " + agency + " of " +
                             at.name() + ", though " + reason);
    }
}

// In the end ----------------------------------------------------------------------------------

bool case_checks::is_forgotten(const protocol::message_id& id) const {
    const auto found = x_book.messages().find(id);
    return found == x_book.messages().end() || found->second.is_forgotten;
}

const paper* case_checks::later_than(const paper& what, bool ends_only) const {
    for (const auto& [id, other] : x_papers) {
        const bool counts =
            other.role == paper_role::end || (other.role == paper_role::content && !ends_only);
        if (counts && other.subject == what.subject && other.origin == what.origin &&
            other.order > what.order) {
            return &other;
        }
    }
    return nullptr;
}

void case_checks::check_arrivals(std::vector<std::string>& to) const {
    for (const auto& [id, one] : x_papers) {
        if (is_forgotten(id) || one.role == paper_role::end) {
            continue;  // Ends have a check of their own.
        }
        const bool may_be_called_back =
            one.role != paper_role::none && later_than(one, !is_to_act_on(one)) != nullptr;
        for (const auto& recipient : x_book.messages().at(id).to) {
            const bool is_excused = may_be_called_back || x_restored.contains(recipient);
            if (!is_excused && !is_at(recipient, id)) {
                to.push_back("lost: " + label_of(one) + " has not reached " + recipient);
            }
        }
    }
}

std::vector<const paper*> case_checks::last_ends() const {
    std::vector<const paper*> out;
    for (const auto& [id, one] : x_papers) {
        if (one.role == paper_role::end && later_than(one, false) == nullptr) {
            out.push_back(&one);
        }
    }
    return out;
}

// Whoever was ever sent anything of it: by what was submitted, and by what is on the origin's disk.
void case_checks::check_end(std::vector<std::string>& to, const paper& end) const {
    const bool is_anothers = !end.kind.starts_with("notice.") && end.origin == hub_name;
    if (is_forgotten(end.id) || (is_anothers && x_restored.contains(end.origin))) {
        return;  // Its origin has forgotten it, or who had what it ends.
    }
    std::set<std::string> holders;
    for (const auto& [id, one] : x_papers) {
        const bool counts = is_to_act_on(one) && one.subject == end.subject &&
                            (one.origin == end.origin || is_anothers) && one.order < end.order &&
                            !is_forgotten(id);
        if (counts) {
            const auto& on_disk = x_book.messages().at(id).to;
            holders.insert(one.named.begin(), one.named.end());
            holders.insert(on_disk.begin(), on_disk.end());
            holders.insert(one.origin);
        }
    }
    holders.erase(end.origin);
    // That it was restored its neighbours hear, and nobody else: decision 0017.
    std::erase_if(holders, [&](const auto& one) {
        return x_restored.contains(one) && one != hub_name && end.origin != hub_name;
    });
    // It goes to all of them at once; what a gateway repeats by itself goes to whom it misses.
    const auto& sent_to = x_book.messages().at(end.id).to;
    const bool is_repeat = end.named.empty();
    for (const auto& bureau : holders) {
        if (!is_repeat && !x_restored.contains(end.origin) && !sent_to.contains(bureau)) {
            to.push_back("misses the end: " + label_of(end) + " was not sent to " + bureau);
        }
        const auto here = present(bureau, end.subject, for_ever);
        const bool has_heard = std::ranges::any_of(here, [&](const paper* other) {
            return other->role == paper_role::end && other->origin == end.origin &&
                   other->version >= end.version;
        });
        if (!has_heard) {
            to.push_back("misses the end: " + bureau + " has a copy, and not " + label_of(end));
        }
    }
}

void case_checks::check_states(std::vector<std::string>& to, node& at) const {
    for (const auto& [id, arrived_at] : x_inboxes.at(at.name())) {
        const auto* known = find(id);
        if (known == nullptr || !is_to_act_on(*known)) {
            continue;
        }
        const auto reply =
            at.ask(store::query::find_inbox{*protocol::bureau_id::parse(known->origin), id});
        const auto reason = why_not(at.name(), *known, for_ever);
        const bool waits =
            reason == "its case is suspended there" || reason == "what it is added to is not there";
        for (const auto& item : std::get<store::answer::inbox>(reply).rows) {
            for (const auto& row : item.assignments) {
                using store::assignment_state;
                const auto wanted = waits ? assignment_state::withheld : assignment_state::offered;
                const bool is_out = row.state != assignment_state::offered &&
                                    row.state != assignment_state::withheld;
                const bool is_right = reason.empty() || waits ? row.state == wanted : is_out;
                if (!was_decided(row.state) && !is_right) {
                    to.push_back("state: " + label_of(*known) + " is " +
                                 std::string(store::to_text(row.state)) + " for agency " +
                                 row.agency + " of " + at.name() + ", and " +
                                 (reason.empty() ? "is in force" : reason));
                }
            }
        }
    }
}

std::set<std::pair<std::string, std::string>> case_checks::holders_of(
    const std::string& subject) const {
    std::set<std::pair<std::string, std::string>> out;
    for (const auto& one : x_held) {
        if (const auto* known = find(one.id); known != nullptr && known->subject == subject) {
            out.emplace(one.bureau, one.agency);
        }
    }
    for (const auto& one : x_removed) {
        if (const auto* known = find(one.id); known != nullptr && known->subject == subject) {
            out.erase({one.bureau, one.agency});
        }
    }
    return out;
}

std::vector<std::string> case_checks::open_points() {
    const heap_scope nobodys(nullptr);
    std::vector<std::string> out;
    for (auto* one : x_nodes) {
        if (!one->is_alive()) {
            return {one->name() + " is down"};
        }
    }
    check_arrivals(out);
    x_ends_checked = 0;
    for (const auto* end : last_ends()) {
        ++x_ends_checked;
        check_end(out, *end);
    }
    for (auto* one : x_nodes) {
        if (x_inboxes.contains(one->name())) {
            check_states(out, *one);
        }
    }
    return out;
}

}  // namespace dhow::sim
