// `dhow import notice-json FILE`: a draft from a notice of INTERPOL's public interface.
// Way of the message: none yet; a person completes the draft, then `dhow validate`, `dhow send`.
// Not pure: files. One thread.
// Spec: docs/man/dhow.1, docs/kinds.md#import. Tests: unit/cli/show_command_test.cpp.
// Limits: draft_bytes_max, and those of every document.
#include "daemon/cli/files.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/cli/options.hpp"
#include "protocol/kinds/catalogue.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/notice_import.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage notice_usage{
    "import notice-json", "FILE",
    "Prints a draft from a notice of the public notice interface; - is standard input.", 1, 1};

std::string check_wish(const kinds::registry& data, const kinds::import_wish& wish) {
    const auto* row = data.find(wish.kind);
    if (row == nullptr || !kinds::has_colours(*row)) {
        return "--kind must be one whose content is a notice, such as notice.request";
    }
    constexpr std::array<std::string_view, 4> types{"", "red", "yellow", "un_special"};
    return std::ranges::find(types, wish.type) == types.end()
               ? "--type must be red, yellow or un_special"
               : "";
}

json::array notes_of(const std::vector<kinds::import_note>& notes) {
    json::array out;
    for (const auto& each : notes) {
        out.push_back(json::object{{"pointer", each.pointer}, {"why", each.why}});
    }
    return out;
}

void print_notes(const kinds::imported_notice& from, const std::string& file, std::ostream& out) {
    for (const auto& each : from.unmapped) {
        out << printable(file) << ": not taken " << printable(each.pointer) << ": "
            << printable(each.why) << '\n';
    }
    for (const auto& each : from.assumed) {
        out << printable(file) << ": look at " << printable(each.pointer) << ": "
            << printable(each.why) << '\n';
    }
}

int refuse_notice(io& streams, const std::string& file, const std::string& why) {
    streams.err << printable(file) << ": " << why << '\n';
    return to_int(exit_code::refused);
}

int run_notice(arguments args, io& streams) {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("kind", po::value<std::string>()->default_value("notice.publication")->value_name("KIND"),
         "of the draft: notice.publication, notice.request, diffusion.circulation …")
        ("type", po::value<std::string>()->value_name("COLOUR"),
         "red, yellow or un_special, when the notice does not say it");
    // clang-format on
    int code = 0;
    const auto options = parse_options(notice_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    if (!use_kinds(*options, streams)) {
        return to_int(exit_code::bad_configuration);
    }
    const auto& data = kinds::registry::in_force();
    const kinds::import_wish wish{options->text("kind"), options->text("type")};
    if (const auto wrong = check_wish(data, wish); !wrong.empty()) {
        return usage_error(notice_usage, streams, wrong);
    }
    const auto& file = options->operands.front();
    std::string why;
    const auto text = read_input(file, streams.in, draft_bytes_max, why);
    if (!text) {
        streams.err << "dhow: " << printable(why) << '\n';
        return to_int(exit_code::not_found);
    }
    kinds::problem_list wrong;
    const auto value = kinds::parse_document(*text, wrong);
    if (!value) {
        return refuse_notice(streams, file, kinds::describe(wrong.all().front(), "en"));
    }
    const auto made = kinds::import_notice(data, value->get_object(), wish, why);
    if (!made) {
        return refuse_notice(streams, file, why);
    }
    print_notes(*made, file, streams.err);
    if (options->json) {
        print_json(streams, {{"document", made->document},
                             {"unmapped", notes_of(made->unmapped)},
                             {"assumed", notes_of(made->assumed)}});
    } else {
        streams.out << kinds::draft_text(*made);
    }
    return to_int(exit_code::done);
}

constexpr std::array import_verbs{verb{"notice-json", notice_usage.summary, &run_notice}};

}  // namespace

int run_import(arguments args, io& streams) {
    return dispatch("dhow import", import_verbs, args, streams);
}

}  // namespace dhow::cli
