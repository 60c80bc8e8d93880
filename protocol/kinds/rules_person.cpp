// Rules of persons: what is needed to know one apart, births, minors.
// Way of the message: validate(), at intake and at the addressee.
// Pure: today is in the context. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp.
// Limits: none of its own.
#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/names.hpp"
#include "protocol/kinds/rules.hpp"

#include <algorithm>
#include <array>

namespace dhow::kinds {

namespace {

/// Empty when it is not there.
std::string text_at(const subject& it, const std::string& pointer) {
    return std::string{it.string(pointer).value_or(std::string_view{})};
}

// Where texts have a person.
constexpr std::array places{"/body/person", "/body/subject_presented"};

std::optional<day_range> birth_of(const subject& it, const std::string& person) {
    const auto text = it.string(person + "/date_of_birth");
    return text ? parse_partial_date(*text) : std::nullopt;
}

std::optional<day> today(const subject& it) {
    if (!it.facts.now) {
        return std::nullopt;
    }
    return latest_today(*it.facts.now);
}

bool has_good_photograph(const subject& it) {
    return std::ranges::any_of(it.list("/attachments"), [](const auto& each) {
        const auto* type = at_pointer(each, "/type");
        const auto* quality = at_pointer(each, "/quality");
        return type != nullptr && *type == "photograph" && quality != nullptr && *quality == "good";
    });
}

bool is_described(const subject& it, const std::string& person) {
    constexpr std::array members{"height", "weight", "eyes_colors_id", "hairs_id",
                                 "distinguishing_marks"};
    return std::ranges::any_of(members, [&](const auto* member) {
        const auto* value = it.at(person + "/" + member);
        return value != nullptr && !value->is_null();
    });
}

// By a year of birth at least, or by a photograph.
void birth_or_photograph(const subject& it, finding_list& out) {
    const std::string person = places[0];
    const bool wanted = it.at(person) != nullptr && it.at(person + "/date_of_birth") == nullptr;
    if (wanted && !it.has_attachment("photograph")) {
        out.refuse(person + "/date_of_birth", "", "YYYY, YYYY/MM, YYYY/MM/DD");
    }
}

void birth_is_past(const subject& it, finding_list& out) {
    const auto now = today(it);
    for (const std::string person : places) {
        const auto birth = birth_of(it, person);
        if (now && birth && birth->first > *now) {
            out.refuse(person + "/date_of_birth", text_at(it, person + "/date_of_birth"));
        }
    }
}

bool is_red(const subject& it) { return it.string("/body/notice_type") == "red"; }

// Name, forename, sex, birth and one thing to tell the person by; or a good photograph and other
// data.
void red_identifies(const subject& it, finding_list& out) {
    const std::string person = places[0];
    if (!is_red(it) || it.at(person) == nullptr) {
        return;
    }
    const auto forename = it.string(person + "/forename");
    const bool named = it.string(person + "/name") && forename && !is_absent_name(*forename) &&
                       it.string(person + "/sex_id") && birth_of(it, person);
    const bool more = is_described(it, person) || !it.list(person + "/identity_documents").empty();
    const bool told_apart = more || it.has_attachment("dna") || it.has_attachment("fingerprints");
    const bool other_data =
        more || birth_of(it, person) || !it.list(person + "/nationalities").empty();
    if (!(named && told_apart) && !(has_good_photograph(it) && other_data)) {
        out.refuse(person, "", "");
    }
}

void birth_before_offence(const subject& it, finding_list& out) {
    const auto birth = birth_of(it, places[0]);
    const auto text = it.string("/body/facts/date");
    const auto offence = text ? parse_partial_date(*text) : std::nullopt;
    if (birth && offence && birth->first > offence->last) {
        out.refuse("/body/facts/date", text_at(it, "/body/facts/date"),
                   ">= " + text_at(it, "/body/person/date_of_birth"));
    }
}

// Who was, or may have been, a child at the time of the facts or is one today.
void minor_is_flagged(const subject& it, finding_list& out) {
    const auto birth = birth_of(it, places[0]);
    const auto text = it.string("/body/facts/date");
    const auto offence = text ? parse_partial_date(*text) : std::nullopt;
    const auto at = offence ? std::optional{offence->first} : today(it);
    const auto adult = it.data.number("age_of_majority_years");
    if (is_red(it) && birth && at && least_age(*birth, *at) < adult) {
        out.warn("/body/person/date_of_birth", text_at(it, "/body/person/date_of_birth"),
                 std::to_string(adult));
    }
}

// A guardian's number is for those who look for the child.
void guardian_is_restricted(const subject& it, finding_list& out) {
    const auto level = it.string("/confidentiality");
    if (it.at("/body/guardian_contact") != nullptr && level &&
        it.data.list("confidentiality").of(*level) < "2") {
        out.warn("/confidentiality", std::string{*level}, "INTERPOL RESTRICTED");
    }
}

void purple_without_person(const subject& it, finding_list& out) {
    if (it.string("/body/notice_type") == "purple" && it.at("/body/person") != nullptr) {
        out.warn("/body/person", "");
    }
}

constexpr std::array person_table{
    rule{"R-PER-05", "101", birth_or_photograph}, rule{"R-PER-22", "112", birth_is_past},
    rule{"R-RED-16", "101", red_identifies},      rule{"R-RED-20", "112", birth_before_offence},
    rule{"R-RED-21", "", minor_is_flagged},       rule{"R-YEL-05", "", guardian_is_restricted},
    rule{"R-PUR-02", "", purple_without_person},
};

}  // namespace

std::span<const rule> person_rules() { return person_table; }

}  // namespace dhow::kinds
