// Rules of hits: one set of identifiers, requests in order, answers from the owner.
// Way of the message: validate(), at intake and at the addressee.
// Pure: what is known of the record is in the context. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp.
// Limits: none of its own.
#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/rules.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

// Exactly the set of the type; a field of another set is foreign.
void one_set_of_identifiers(const subject& it, finding_list& out) {
    const auto type = it.string("/body/request_type");
    if (it.row == nullptr || !type) {
        return;
    }
    const auto wanted = it.row->identifiers.find(*type);
    if (wanted == it.row->identifiers.end()) {
        return;
    }
    std::set<std::string> sets;
    for (const auto& [each, member] : it.row->identifiers) {
        sets.insert(member);
    }
    for (const auto& member : sets) {
        const auto pointer = "/body/" + member;
        const bool there = it.at(pointer) != nullptr;
        if (there != (member == wanted->second)) {
            out.refuse(pointer, there ? member : "", wanted->second);
        }
    }
}

// What is not known is left out.
void find_empty(const json::value& value, const std::string& pointer, finding_list& out) {
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            find_empty(member.value(), pointer_to(pointer, std::string_view{member.key()}), out);
        }
    } else if (const auto* array = value.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            find_empty((*array)[i], pointer_to(pointer, i), out);
        }
    } else if (const auto* text = value.if_string(); text != nullptr && text->empty()) {
        out.refuse(pointer, "");
    }
}

void no_empty_fields(const subject& it, finding_list& out) {
    if (const auto* body = it.at("/body")) {
        find_empty(*body, "/body", out);
    }
}

// Who found somebody before the tombstone came asks all the same, and the owner has to answer.
void record_is_in_force(const subject& it, finding_list& out) {
    const auto& record = it.facts.record;
    if (!record || (record->known.value_or(true) && !record->tombstoned)) {
        return;
    }
    const std::string name{it.string("/body/record_id").value_or("")};
    if (it.facts.at == end::receiver) {
        out.warn("/body/record_id", name);
    } else {
        out.refuse("/body/record_id", name);
    }
}

void requests_follow(const subject& it, finding_list& out) {
    const auto* number = it.at("/body/request_no");
    if (!it.facts.record || number == nullptr || !number->is_int64()) {
        return;
    }
    const auto next = static_cast<std::int64_t>(it.facts.record->requests) + 1;
    const auto most = it.data.number("hit_requests_max");
    const auto said = number->get_int64();
    const bool is_early = said > next && it.facts.record->requests_are_all;
    if (said < next || is_early || said > most) {
        out.refuse("/body/request_no", shown(*number), next > most ? "" : std::to_string(next));
    }
}

void requester_is_not_owner(const subject& it, finding_list& out) {
    if (it.facts.record && !it.facts.sender.empty() && it.facts.record->owner == it.facts.sender) {
        out.refuse("", it.facts.sender);
    }
}

void few_are_asked(const subject& it, finding_list& out) {
    const auto most = it.data.number("hit_request_recipients_max");
    const auto asked = static_cast<std::int64_t>(it.facts.recipients.size());
    if (asked > most) {
        out.refuse("", std::to_string(asked), std::to_string(most));
    }
}

void owner_answers(const subject& it, finding_list& out) {
    if (!it.facts.record || it.facts.sender.empty() || it.facts.record->owner.empty()) {
        return;
    }
    const auto& record = *it.facts.record;
    const bool may = record.owner == it.facts.sender ||
                     std::ranges::find(record.delegates, it.facts.sender) != record.delegates.end();
    if (!may) {
        out.refuse("", it.facts.sender, record.owner);
    }
}

// Judged where it is written: on its way the time may pass.
void ready_by_is_ahead(const subject& it, finding_list& out) {
    const auto text = it.string("/body/ready_by");
    const auto time = text ? parse_time(*text) : std::nullopt;
    if (it.facts.at == end::sender && it.facts.now && time && *time <= *it.facts.now) {
        out.refuse("/body/ready_by", std::string{*text}, "> " + protocol::to_text(*it.facts.now));
    }
}

// Who asks says how urgent it is; who answers does not.
void urgency_is_the_requests(const subject& it, finding_list& out) {
    const auto said = it.string("/body/priority");
    if (said && it.facts.original && !it.facts.original->priority.empty() &&
        *said != it.facts.original->priority) {
        out.refuse("/body/priority", std::string{*said}, it.facts.original->priority);
    }
}

constexpr std::array hit_table{
    rule{"R-HIT-07", "103", one_set_of_identifiers}, rule{"R-HIT-08", "", no_empty_fields},
    rule{"R-HIT-09", "", record_is_in_force},        rule{"R-HIT-10", "", requests_follow},
    rule{"R-HIT-11", "003", requester_is_not_owner}, rule{"R-HIT-12", "", few_are_asked},
    rule{"R-RPL-07", "003", owner_answers},          rule{"R-RPL-08", "112", ready_by_is_ahead},
    rule{"R-RPL-09", "", urgency_is_the_requests},
};

}  // namespace

std::span<const rule> hit_rules() { return hit_table; }

}  // namespace dhow::kinds
