// `dhow kinds [KIND]` and `dhow codes [LIST]`: what messages there are, and which codes they use.
// Way of the message: none; for who writes one.
// Not pure: standard streams. One thread.
// Spec: docs/man/dhow.1, docs/kinds.md. Tests: unit/cli/kinds_command_test.cpp.
// Limits: none; the data are part of the program.
#include "daemon/cli/commands.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/table.hpp"
#include "protocol/kinds/words.hpp"

#include <boost/json.hpp>

#include <ostream>

namespace dhow::cli {

namespace json = boost::json;

namespace {

constexpr verb_usage kinds_usage{"kinds", "[KIND]", "Lists the kinds of messages, or shows one.", 0,
                                 1};
constexpr verb_usage codes_usage{"codes", "[LIST]", "Lists the code lists, or the codes of one.", 0,
                                 1};

int not_found(io& streams, const std::string& what, std::string_view hint) {
    streams.err << "dhow: " << what << "; " << hint << " lists what there is\n";
    return to_int(exit_code::not_found);
}

json::array strings(const std::vector<kinds::party>& parties) {
    json::array out;
    for (const auto each : parties) {
        out.emplace_back(kinds::to_text(each));
    }
    return out;
}

json::object kind_object(const kinds::kind_row& row) {
    json::array references;
    for (const auto& each : row.references) {
        references.push_back({{"kinds", json::array(each.kinds.begin(), each.kinds.end())},
                              {"required", each.required}});
    }
    json::object unverified;
    for (const auto& [part, standing] : row.standings) {
        if (standing != kinds::standing::verified) {
            unverified[part] = kinds::to_text(standing);
        }
    }
    return {{"kind", row.name},
            {"code", row.code},
            {"title", row.title},
            {"version", row.version},
            {"from", strings(row.senders)},
            {"to", strings(row.recipients)},
            {"always_to", strings(row.must_include)},
            {"class", kinds::class_words(row)},
            {"expires", kinds::expiry_words(row)},
            {"references", std::move(references)},
            {"entity_id", row.needs_entity},
            {"lifecycle", row.lifecycle},
            {"unverified", std::move(unverified)},
            {"note", row.note}};
}

void print_kind(const kinds::kind_row& row, std::ostream& out) {
    const auto line = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            out << name << value << '\n';
        }
    };
    line("kind        ", row.name + " (" + row.code + ")");
    line("title       ", row.title);
    line("from        ", kinds::names_of(row.senders));
    line("to          ", kinds::names_of(row.recipients));
    line("always to   ", kinds::names_of(row.must_include));
    line("class       ", kinds::class_words(row));
    line("expires     ", kinds::expiry_words(row));
    line("refers to   ", kinds::reference_words(row));
    line("entity id   ", row.needs_entity ? "must be there" : "");
    line("lifecycle   ", row.lifecycle);
    line("note        ", row.note);
    std::vector<std::string> unverified;
    for (const auto& [part, standing] : row.standings) {
        if (standing != kinds::standing::verified) {
            unverified.push_back(part + " (" + std::string{kinds::to_text(standing)} + ")");
        }
    }
    line("not verified  ", kinds::joined(unverified));
}

void print_kinds(const kinds::registry& data, bool as_json, std::ostream& out) {
    table rows{{"KIND", "CLASS", "FROM AND TO"}};
    for (const auto& [name, row] : data.rows()) {
        if (as_json) {
            out << kind_object(row) << '\n';
        } else {
            rows.add({name, std::string{protocol::to_text(row.cls)},
                      kinds::names_of(row.senders) + " to " + kinds::names_of(row.recipients)});
        }
    }
    if (!as_json) {
        rows.print(out);
    }
}

json::object list_object(const kinds::code_list& list) {
    return {{"list", list.name},         {"codes", list.codes.size()},
            {"version", list.version},   {"source", list.source},
            {"complete", list.complete}, {"standing", kinds::to_text(list.standing)},
            {"note", list.note}};
}

void print_lists(const kinds::registry& data, bool as_json, std::ostream& out) {
    table rows{{"LIST", "CODES", "VERSION", "STANDING", "SOURCE"}};
    for (const auto& [name, list] : data.lists()) {
        if (as_json) {
            out << list_object(list) << '\n';
        } else {
            rows.add({name, std::to_string(list.codes.size()), list.version,
                      std::string{kinds::to_text(list.standing)}, list.source});
        }
    }
    if (!as_json) {
        rows.print(out);
    }
}

void print_codes(const kinds::code_list& list, bool as_json, std::ostream& out) {
    table rows{{"CODE", "MEANING"}};
    for (const auto& [code, words] : list.codes) {
        if (as_json) {
            out << json::object{{"code", code}, {"text", words}} << '\n';
        } else {
            rows.add({code, words});
        }
    }
    if (as_json) {
        return;
    }
    rows.print(out);
    out << list.source << ", version " << list.version << ", " << kinds::to_text(list.standing)
        << (list.complete ? "" : "; not complete: another code gives a warning") << '\n';
}

}  // namespace

int run_kinds(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(kinds_usage, {}, args, streams, code);
    if (!options) {
        return code;
    }
    if (!use_kinds(*options, streams)) {
        return to_int(exit_code::bad_configuration);
    }
    const auto& data = kinds::registry::in_force();
    if (options->operands.empty()) {
        print_kinds(data, options->json, streams.out);
        return to_int(exit_code::done);
    }
    const auto* row = data.find(options->operands.front());
    if (row == nullptr) {
        return not_found(streams, "there is no such kind", "`dhow kinds`");
    }
    if (options->json) {
        streams.out << kind_object(*row) << '\n';
    } else {
        print_kind(*row, streams.out);
    }
    return to_int(exit_code::done);
}

int run_codes(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(codes_usage, {}, args, streams, code);
    if (!options) {
        return code;
    }
    if (!use_kinds(*options, streams)) {
        return to_int(exit_code::bad_configuration);
    }
    const auto& data = kinds::registry::in_force();
    if (options->operands.empty()) {
        print_lists(data, options->json, streams.out);
        return to_int(exit_code::done);
    }
    const auto found = data.lists().find(options->operands.front());
    if (found == data.lists().end()) {
        return not_found(streams, "there is no such code list", "`dhow codes`");
    }
    print_codes(found->second, options->json, streams.out);
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
