// Rules of warrants, penalties, diffusions, answers and biometric transactions.
// Way of the message: validate(), at intake and at the addressee.
// Pure: today is in the context. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp.
// Limits: none of its own.
#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/rules.hpp"

#include <algorithm>
#include <array>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

std::optional<std::int64_t> number_at(const json::value& value, std::string_view pointer) {
    const auto* found = at_pointer(value, pointer);
    return found != nullptr && found->is_int64() ? std::optional{found->get_int64()} : std::nullopt;
}

std::string warrant_place(std::size_t index, std::string_view member) {
    return pointer_to(pointer_to("/body/arrest_warrants", index), member);
}

// Prosecution needs the penalty that threatens, a sentence what was said and what remains.
void penalty_fits_purpose(const subject& it, finding_list& out) {
    const auto wanted = it.string("/body/wanted_for");
    const auto& warrants = it.list("/body/arrest_warrants");
    for (std::size_t i = 0; wanted && i < warrants.size(); ++i) {
        const auto ask = [&](std::string_view member) {
            if (at_pointer(warrants[i], "/" + std::string{member}) == nullptr) {
                out.refuse(warrant_place(i, member), "",
                           "1\xe2\x80\x93"
                           "1200");
            }
        };
        if (*wanted == "prosecution") {
            ask("max_penalty_months");
        } else if (*wanted == "sentence") {
            ask("sentence_months");
            ask("remaining_months");
        }
    }
}

// The gateway warns; the General Secretariat decides.
void penalty_reaches_threshold(const subject& it, finding_list& out) {
    const auto wanted = it.string("/body/wanted_for");
    const bool sentence = wanted == "sentence";
    const auto* const member = sentence ? "sentence_months" : "max_penalty_months";
    const auto least = it.data.number(sentence ? "sentence_months_min" : "max_penalty_months_min");
    const auto& warrants = it.list("/body/arrest_warrants");
    bool reached = warrants.empty() || !wanted;
    for (const auto& each : warrants) {
        const auto months = number_at(each, std::string{"/"} + member);
        reached = reached || !months || *months >= least;
    }
    if (!reached) {
        out.warn(warrant_place(0, member),
                 std::to_string(number_at(warrants[0], std::string{"/"} + member).value_or(0)),
                 ">= " + std::to_string(least));
    }
}

void offence_is_not_excluded(const subject& it, finding_list& out) {
    if (it.string("/body/notice_type") != "red") {
        return;
    }
    if (const auto category = it.string("/body/warned_category")) {
        out.warn("/body/warned_category", std::string{*category});
    }
    const auto codes = it.strings("/body/offence_codes");
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const auto words = it.data.list("warned_offences").of(codes[i]);
        if (!words.empty()) {
            out.warn(pointer_to("/body/offence_codes", i), codes[i]);
        }
    }
}

void warrant_is_issued(const subject& it, finding_list& out) {
    const auto& warrants = it.list("/body/arrest_warrants");
    for (std::size_t i = 0; it.facts.now && i < warrants.size(); ++i) {
        const auto* value = at_pointer(warrants[i], "/warrant_date");
        const auto text = value != nullptr && value->is_string() ? std::string{value->get_string()}
                                                                 : std::string{};
        const auto date = parse_date(text);
        if (date && *date > latest_today(*it.facts.now)) {
            out.refuse(warrant_place(i, "warrant_date"), text);
        }
    }
}

// Who is named in the text is who gets it, and the General Secretariat.
void diffusion_names_recipients(const subject& it, finding_list& out) {
    const auto named = it.strings("/body/recipients");
    if (it.facts.recipients.empty()) {
        return;
    }
    const auto in = [](const std::vector<std::string>& list, const std::string& one) {
        return std::ranges::find(list, one) != list.end();
    };
    for (std::size_t i = 0; i < named.size(); ++i) {
        if (!in(it.facts.recipients, named[i])) {
            out.refuse(pointer_to("/body/recipients", i), named[i]);
        }
    }
    for (const auto& each : it.facts.recipients) {
        if (each != it.data.secretariat() && !in(named, each)) {
            out.refuse("/body/recipients", "", each);
        }
    }
}

void answer_names_question(const subject& it, finding_list& out) {
    if (it.string("/body/role") != "answer") {
        return;
    }
    const bool there = std::ranges::any_of(it.list("/references"), [](const json::value& each) {
        const auto* relation = at_pointer(each, "/relation");
        return relation != nullptr && *relation == "reply_to";
    });
    if (!there) {
        out.refuse("/references", "", "reply_to");
    }
}

void reference_is_the_request(const subject& it, finding_list& out) {
    const auto said = it.string("/body/reference_number");
    if (said && it.facts.original && !it.facts.original->control_number.empty() &&
        *said != it.facts.original->control_number) {
        out.refuse("/body/reference_number", std::string{*said}, it.facts.original->control_number);
    }
}

// What the list of papers names is attached.
void papers_are_attached(const subject& it, finding_list& out) {
    const auto& papers = it.list("/body/documents");
    const auto& attached = it.list("/attachments");
    for (std::size_t i = 0; i < papers.size(); ++i) {
        const auto* name = at_pointer(papers[i], "/name");
        const bool there = name == nullptr || std::ranges::any_of(attached, [&](const auto& each) {
                               const auto* other = at_pointer(each, "/name");
                               return other != nullptr && *other == *name;
                           });
        if (!there) {
            out.refuse(pointer_to(pointer_to("/body/documents", i), "name"), shown(*name));
        }
    }
}

constexpr std::array case_table{
    rule{"R-RED-04", "101", penalty_fits_purpose},
    rule{"R-RED-17", "", penalty_reaches_threshold},
    rule{"R-RED-18", "", offence_is_not_excluded},
    rule{"R-RED-19", "112", warrant_is_issued},
    rule{"R-DIF-05", "", diffusion_names_recipients},
    rule{"R-MSG-01", "101", answer_names_question},
    rule{"R-BIO-03", "", reference_is_the_request},
    rule{"R-PAR-09", "101", papers_are_attached},
};

}  // namespace

std::span<const rule> case_rules() { return case_table; }

}  // namespace dhow::kinds
