// Rules of who may send what to whom, and of what a message must name beside its body.
// Way of the message: validate(), at intake and at the addressee.
// Pure. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp.
// Limits: none of its own.
#include "protocol/kinds/rules.hpp"
#include "protocol/kinds/words.hpp"

#include <algorithm>
#include <array>

namespace dhow::kinds {

namespace {

bool has(const std::vector<party>& list, party one) {
    return std::ranges::find(list, one) != list.end();
}

// The text says the kind that the content says: what is signed twice must agree.
void kind_agrees(const subject& it, finding_list& out) {
    const auto said = it.string("/kind");
    if (!it.facts.kind.empty() && said && *said != it.facts.kind) {
        out.refuse("/kind", std::string{*said}, it.facts.kind);
    }
}

// Who is left out is nobody's business: such lists stay with the sender.
void no_deny_list(const subject& it, finding_list& out) {
    for (const auto* name : {"restrict", "deny", "denied"}) {
        for (const auto* place : {"/", "/body/"}) {
            const auto pointer = std::string{place} + name;
            if (it.at(pointer) != nullptr) {
                out.refuse(pointer, name);
            }
        }
    }
}

void sender_may_send(const subject& it, finding_list& out) {
    if (it.row == nullptr || (it.facts.sender.empty() && !it.facts.by_gateway)) {
        return;
    }
    const auto sender = it.facts.by_gateway ? party::gateway : it.data.party_of(it.facts.sender);
    if (!has(it.row->senders, sender)) {
        out.refuse("", it.facts.sender + " (" + std::string{to_text(sender)} + ")",
                   names_of(it.row->senders));
    }
}

void recipients_may_receive(const subject& it, finding_list& out) {
    if (it.row == nullptr) {
        return;
    }
    for (const auto& each : it.facts.recipients) {
        const auto who = it.data.party_of(each);
        if (!has(it.row->recipients, who)) {
            const auto parent = it.data.list("sub_bureaus").of(each);
            out.refuse("", each,
                       parent.empty() ? names_of(it.row->recipients) : std::string{parent});
        }
    }
}

void copies_are_addressed(const subject& it, finding_list& out) {
    if (it.row == nullptr || it.facts.recipients.empty()) {
        return;
    }
    for (const auto needed : it.row->must_include) {
        const bool there = std::ranges::any_of(it.facts.recipients, [&](const auto& each) {
            return it.data.party_of(each) == needed;
        });
        if (!there && it.data.party_of(it.facts.sender) != needed) {
            out.refuse("", "",
                       needed == party::secretariat ? it.data.secretariat()
                                                    : std::string{to_text(needed)});
        }
    }
}

// A reference that names no kind counts: older senders know only the id.
void references_are_there(const subject& it, finding_list& out) {
    if (it.row == nullptr) {
        return;
    }
    for (const auto& wanted : it.row->references) {
        const bool there = std::ranges::any_of(it.list("/references"), [&](const auto& each) {
            const auto* kind = at_pointer(each, "/kind");
            return kind == nullptr || !kind->is_string() ||
                   is_among(wanted.kinds, std::string_view{kind->get_string()});
        });
        if (wanted.required && !there) {
            out.refuse("/references", "", joined(wanted.kinds));
        }
    }
}

// A cancellation that expires on its way leaves a withdrawn notice in force.
void lives_long_enough(const subject& it, finding_list& out) {
    if (it.row != nullptr && it.row->expires.never && it.facts.expires == true) {
        out.refuse("", "");
    }
}

// Only who said it may take it back or change it.
void only_the_source_changes(const subject& it, finding_list& out) {
    if (it.facts.original && !it.facts.original->sender.empty() && !it.facts.sender.empty() &&
        it.facts.original->sender != it.facts.sender) {
        out.refuse("", it.facts.sender, it.facts.original->sender);
    }
}

// What takes effect away reaches everyone who ever had a copy.
void reaches_all_who_have_it(const subject& it, finding_list& out) {
    if (!it.facts.original || it.facts.recipients.empty()) {
        return;
    }
    for (const auto& each : it.facts.original->recipients) {
        if (!is_among(it.facts.recipients, each) && each != it.facts.sender) {
            out.refuse("", "", each);
        }
    }
}

// Each who is denied gets a message of its own, so that nobody reads who else is.
void one_is_denied(const subject& it, finding_list& out) {
    if (it.facts.recipients.size() > 1) {
        out.refuse("", std::to_string(it.facts.recipients.size()), "1");
    }
}

// Who has no copy would learn from it that there is something.
void denied_has_a_copy(const subject& it, finding_list& out) {
    if (!it.facts.original || it.facts.original->recipients.empty()) {
        return;
    }
    for (const auto& each : it.facts.recipients) {
        if (!is_among(it.facts.original->recipients, each)) {
            out.refuse("", each);
        }
    }
}

void version_is_newer(const subject& it, finding_list& out) {
    const auto* version = it.at("/body/version");
    if (!it.facts.version_seen || version == nullptr || !version->is_int64()) {
        return;
    }
    const auto said = static_cast<std::uint64_t>(std::max<std::int64_t>(version->get_int64(), 0));
    if (said <= *it.facts.version_seen) {
        out.refuse("/body/version", std::to_string(said),
                   "> " + std::to_string(*it.facts.version_seen));
    }
}

constexpr std::array rights_table{
    rule{"R-ENV-01", "", kind_agrees},
    rule{"R-ENV-02", "", no_deny_list},
    rule{"R-SEN-01", "003", sender_may_send},
    rule{"R-SEN-02", "003", recipients_may_receive},
    rule{"R-SEN-03", "", copies_are_addressed},
    rule{"R-REF-01", "101", references_are_there},
    rule{"R-EXP-01", "", lives_long_enough},
    rule{"R-OWN-01", "003", only_the_source_changes},
    rule{"R-REC-01", "", reaches_all_who_have_it},
    rule{"R-RST-01", "", one_is_denied},
    rule{"R-RST-02", "", denied_has_a_copy},
    rule{"R-VER-01", "", version_is_newer},
};

}  // namespace

std::span<const rule> rights_rules() { return rights_table; }

}  // namespace dhow::kinds
