// Rules of how information may be used: deny lists, confidentiality, handling codes, purpose, DNA.
// Way of the message: validate(), at intake and at the addressee.
// Pure. Any thread.
// Spec: docs/kinds.md#rules. Tests: unit/kinds/examples_test.cpp.
// Limits: kinds_depth_max bounds the search for names.
#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/retention.hpp"
#include "protocol/kinds/rules.hpp"

#include <algorithm>
#include <array>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

// `found` does not say who: the answer may be shown to more people than may know the list.
void nobody_denied(const subject& it, finding_list& out) {
    const bool meets = std::ranges::any_of(
        it.facts.denied, [&](const auto& each) { return is_among(it.facts.recipients, each); });
    if (meets) {
        out.refuse("", "");
    }
}

void reply_is_as_confidential(const subject& it, finding_list& out) {
    const auto said = it.string("/confidentiality");
    if (!it.facts.is_reply || !it.facts.original || !said) {
        return;
    }
    const auto& order = it.data.list("confidentiality");
    if (order.of(*said) < order.of(it.facts.original->confidentiality)) {
        out.refuse("/confidentiality", std::string{*said}, it.facts.original->confidentiality);
    }
}

void forwarding_is_allowed(const subject& it, finding_list& out) {
    if (it.facts.is_forward && !it.facts.has_consent && it.facts.original &&
        is_among(it.facts.original->handling, "H2")) {
        out.refuse("", "H2");
    }
}

void other_handling_is_said(const subject& it, finding_list& out) {
    if (is_among(it.strings("/handling"), "H3") && !it.string("/handling_text")) {
        out.refuse("/handling_text", "");
    }
}

void purpose_is_kept(const subject& it, finding_list& out) {
    const auto said = it.string("/purpose");
    if (it.facts.original && said && !it.facts.original->purpose.empty() &&
        *said != it.facts.original->purpose && !it.facts.has_consent) {
        out.warn("/purpose", std::string{*said}, it.facts.original->purpose);
    }
}

// Members that name or describe a person, wherever they stand.
void find_nominal(const json::value& value, const std::string& pointer, finding_list& out) {
    constexpr std::array nominal{"name",
                                 "forename",
                                 "aliases",
                                 "person",
                                 "date_of_birth",
                                 "nationalities",
                                 "father_name",
                                 "mother_name",
                                 "name_in_original_script",
                                 "forename_in_original_script",
                                 "bearer",
                                 "surname"};
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            const std::string_view name = member.key();
            const auto place = pointer_to(pointer, name);
            if (std::ranges::find(nominal, name) != nominal.end()) {
                out.refuse(place, std::string{name});
            } else {
                find_nominal(member.value(), place, out);
            }
        }
    } else if (const auto* array = value.if_array()) {
        for (std::size_t i = 0; i < array->size(); ++i) {
            find_nominal((*array)[i], pointer_to(pointer, i), out);
        }
    }
}

// A DNA profile and an identity travel apart, joined by a reference.
void dna_without_names(const subject& it, finding_list& out) {
    const auto* body = it.at("/body");
    const bool is_dna = is_among(it.strings("/body/types"), "dna") || it.has_attachment("dna");
    if (is_dna && body != nullptr) {
        find_nominal(*body, "/body", out);
    }
}

void document_without_bearer(const subject& it, finding_list& out) {
    if (const auto* body = it.at("/body")) {
        find_nominal(*body, "/body", out);
    }
}

// Only the issuing country may enter or change the record of its document.
void issuer_is_sender(const subject& it, finding_list& out) {
    const auto issuer = it.string("/body/issuer");
    if (it.facts.sender.empty() || !issuer) {
        return;
    }
    const auto bureau = it.data.list("issuers").of(*issuer);
    if (bureau != it.facts.sender) {
        out.refuse("/body/issuer", std::string{*issuer}, it.facts.sender);
    }
}

// No longer than its kind may be, from today on.
void is_kept_no_longer(const subject& it, finding_list& out) {
    const auto said = it.string("/retention_until");
    const auto date = said ? parse_date(*said) : std::nullopt;
    if (!date || !it.facts.now || it.row == nullptr || it.row->retention.empty()) {
        return;
    }
    const auto last = years_after(latest_today(*it.facts.now), it.data.number(it.row->retention));
    if (*date > last) {
        out.refuse("/retention_until", std::string{*said},
                   "<= " + protocol::to_text(last).substr(0, said->size()));
    }
}

constexpr std::array handling_table{
    rule{"R-HDL-01", "", nobody_denied},
    rule{"R-HDL-02", "", reply_is_as_confidential},
    rule{"R-HDL-03", "003", forwarding_is_allowed},
    rule{"R-HDL-04", "101", other_handling_is_said},
    rule{"R-HDL-05", "", purpose_is_kept},
    rule{"R-RET-01", "", is_kept_no_longer},
    rule{"R-DNA-01", "", dna_without_names},
    rule{"R-SLT-05", "", document_without_bearer},
    rule{"R-SLT-06", "003", issuer_is_sender},
};

}  // namespace

std::span<const rule> handling_rules() { return handling_table; }

}  // namespace dhow::kinds
