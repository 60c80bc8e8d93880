// Makes a draft from a notice in the form of INTERPOL's public interface.
// Way of the message: `dhow import notice-json` -> a person completes it -> `dhow validate`.
// Pure. Any thread.
// Spec: docs/kinds.md#import. Tests: unit/kinds/notice_import_test.cpp.
// Limits: those of parse_document(), which the caller has used.
#include "protocol/kinds/notice_import.hpp"

#include "protocol/kinds/import_values.hpp"
#include "protocol/kinds/shown_text.hpp"
#include "protocol/kinds/validate.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

/// Where a notice says that it stands: `…/notices/v1/red/2026-1`.
std::string type_of_link(const json::object& notice) {
    json::error_code error;
    const json::value all(notice);
    const auto* self = all.find_pointer("/_links/self/href", error);
    const std::string_view href = self != nullptr && self->is_string()
                                      ? std::string_view{self->get_string()}
                                      : std::string_view{};
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> places{
        {{"v1/red", "red"}, {"v1/yellow", "yellow"}, {"v1/un", "un_special"}}};
    for (const auto& [place, type] : places) {
        if (href.find(place) != std::string_view::npos) {
            return std::string{type};
        }
    }
    return {};
}

std::string type_of(const json::object& notice) {
    if (auto type = type_of_link(notice); !type.empty()) {
        return type;
    }
    if (notice.contains("arrest_warrants")) {
        return "red";
    }
    if (notice.contains("un_reference")) {
        return "un_special";
    }
    return notice.contains("date_of_event") ? "yellow" : "";
}

bool is_entity_link(const json::object& notice) {
    json::error_code error;
    const json::value all(notice);
    const auto* self = all.find_pointer("/_links/self/href", error);
    return self != nullptr && self->is_string() &&
           std::string_view{self->get_string()}.find("un/entities") != std::string_view::npos;
}

class importer {
public:
    importer(const registry& data, const json::object& notice, imported_notice& out)
        : x_values{data, notice, out}, x_notice{notice}, x_out{out} {}

    json::object body(const import_wish& wish) {
        json::object out;
        out["notice_type"] = x_out.type;
        const bool is_entity = x_out.type == "un_special" && is_entity_link(x_notice);
        if (is_entity) {
            out["entity"] = entity();
        } else {
            out["person"] = person();
        }
        if (x_out.type == "red") {
            add_warrants(out);
        } else if (x_out.type == "yellow") {
            add_last_known(out);
        } else if (x_out.type == "un_special") {
            add_united_nations(out);
        }
        if (wish.kind.starts_with("notice.") && x_out.type != "yellow") {
            out["public_extract"] = true;  // It was public: that is where it comes from.
        }
        return out;
    }

    void add_entity_id(json::object& out) { x_values.entity_id(out); }

    /// Says what nobody has asked for.
    void report_rest() {
        x_values.take("_links");
        x_values.take("_embedded");  // They lead on; pictures are attachments here.
        x_values.report_rest();
        json::error_code error;
        const json::value all(x_notice);
        for (const auto* place : {"/_links/thumbnail", "/_links/images"}) {
            if (all.find_pointer(place, error) != nullptr) {
                x_out.unmapped.push_back(
                    {place, "pictures are not fetched: attach them to the message"});
                break;
            }
        }
    }

private:
    json::object person() {
        json::object out;
        x_values.line(out, "name", "name");
        x_values.line(out, "forename", "forename");
        x_values.line(out, "name_in_original_script", "name_in_original_script");
        x_values.line(out, "forename_in_original_script", "forename_in_original_script");
        x_values.aliases(out);
        x_values.code(out, "sex_id", "sex");
        x_values.birth(out);
        x_values.line(out, "place_of_birth", "place_of_birth");
        x_values.country(out, "country_of_birth_id", "country_of_birth_id");
        x_values.nationalities(out);
        x_values.parent(out, "father_name", "father_forename");
        x_values.parent(out, "mother_name", "mother_forename");
        x_values.height(out);
        x_values.weight(out);
        x_values.codes(out, "eyes_colors_id", "eyes");
        x_values.codes(out, "hairs_id", "hair");
        x_values.codes(out, "languages_spoken_ids", "spoken_languages");
        x_values.text(out, "distinguishing_marks");
        out["person_status"] = x_out.type == "red"      ? "wanted"
                               : x_out.type == "yellow" ? "missing"
                                                        : "unknown";
        return out;
    }

    json::object entity() {
        json::object out;
        x_values.line(out, "name", "name");
        x_values.line(out, "name_in_original_script", "name_in_original_script");
        x_values.names(out, "aliases");
        return out;
    }

    void add_warrants(json::object& out) {
        json::array warrants;
        x_values.for_each_object("arrest_warrants", [&](import_values& from) {
            json::object one;
            from.country(one, "issuing_country_id", "issuing_country_id");
            from.text(one, "charge");
            from.text(one, "charge_translation");
            from.report_rest();
            warrants.push_back(std::move(one));
        });
        out["arrest_warrants"] = std::move(warrants);
    }

    void add_last_known(json::object& out) {
        json::object place;
        x_values.partial_date(place, "date_of_event", "date");
        x_values.line(place, "place", "place");
        x_values.country(place, "country", "country");
        out["last_known"] = std::move(place);
    }

    void add_united_nations(json::object& out) {
        x_values.line(out, "un_reference", "un_reference");
        x_values.day(out, "un_reference_date");
        x_values.line(out, "un_resolution", "un_resolution");
        x_values.text(out, "summary");
        x_values.names(out, "associates");
        x_values.names(out, "adresses");
    }

    import_values x_values;
    const json::object& x_notice;
    imported_notice& x_out;
};

std::string purpose_of(std::string_view type) {
    return type == "red" ? "arrest" : type == "yellow" ? "missing_person" : "sanctions";
}

/// Where a rule misses a member, it is put in as null: a person has to write it.
void add_what_is_missing(const registry& data, json::object& document, const std::string& kind) {
    constexpr int rounds_max = 8;  // One for each level that a schema asks for.
    for (int round = 0; round < rounds_max; ++round) {
        bool changed = false;
        json::value root(document);
        context facts;
        facts.kind = kind;
        for (const auto& each : validate(data, facts, json::serialize(root)).problems) {
            const auto slash = each.pointer.rfind('/');
            if (each.number != number_of("R-SCH-01") || slash == std::string::npos) {
                continue;
            }
            json::error_code error;
            auto* parent =
                root.find_pointer(std::string_view{each.pointer}.substr(0, slash), error);
            auto* object = parent == nullptr ? nullptr : parent->if_object();
            const auto name = std::string_view{each.pointer}.substr(slash + 1);
            if (object != nullptr && !object->contains(name)) {
                object->emplace(name, nullptr);
                changed = true;
            }
        }
        document = root.get_object();
        if (!changed) {
            return;
        }
    }
}

void write_indented(const json::value& value, std::size_t level, std::string& out) {
    constexpr std::size_t step = 4;
    const auto* object = value.if_object();
    const auto* list = value.if_array();
    const bool is_empty =
        (object != nullptr && object->empty()) || (list != nullptr && list->empty());
    if ((object == nullptr && list == nullptr) || is_empty) {
        out += value.is_double() ? number_text(value.get_double()) : json::serialize(value);
        return;
    }
    const auto inner = "\n" + std::string((level + 1) * step, ' ');
    const char* before = "";
    out += object != nullptr ? "{" : "[";
    const auto entry = [&](std::string_view name, const json::value& each) {
        out += before + inner;
        out += object != nullptr ? json::serialize(json::string_view{name}) + ": " : "";
        write_indented(each, level + 1, out);
        before = ",";
    };
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        entry("", (*list)[i]);
    }
    if (object != nullptr) {
        for (const auto& each : *object) {
            entry(each.key(), each.value());
        }
    }
    out += "\n" + std::string(level * step, ' ') + (object != nullptr ? "}" : "]");
}

}  // namespace

std::optional<imported_notice> import_notice(const registry& data, const json::object& notice,
                                             const import_wish& wish, std::string& why) {
    json::error_code error;
    const json::value all(notice);
    if (all.find_pointer("/_embedded/notices", error) != nullptr) {
        why = "it is a list of notices; save one notice in full";
        return std::nullopt;
    }
    imported_notice out;
    out.type = wish.type.empty() ? type_of(notice) : wish.type;
    if (out.type.empty()) {
        why = "it does not say which notice it is; say --type";
        return std::nullopt;
    }
    if (!notice.contains("entity_id") && !notice.contains("name")) {
        why = "it has neither entity_id nor name, so it is no notice";
        return std::nullopt;
    }
    importer from{data, notice, out};
    auto& document = out.document;
    document["kind"] = wish.kind;
    document["schema_version"] = data.find(wish.kind)->version;
    document["language"] = nullptr;
    document["purpose"] = purpose_of(out.type);
    document["confidentiality"] = data.list("confidentiality").codes.begin()->first;
    if (wish.kind == "notice.publication") {
        from.add_entity_id(document);
    }
    document["body"] = from.body(wish);
    from.report_rest();
    add_what_is_missing(data, document, wish.kind);
    return out;
}

std::string draft_text(const imported_notice& from) {
    return "// Draft of " + std::string{from.document.at("kind").as_string()} +
           " from a public notice (" + from.type +
           ").\n// Read all of it, write in place of each null, then: dhow validate FILE\n" +
           indented(from.document) + "\n";
}

std::string indented(const json::value& value) {
    std::string out;
    write_indented(value, 0, out);
    return out;
}

}  // namespace dhow::kinds
