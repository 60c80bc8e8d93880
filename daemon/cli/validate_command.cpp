// `dhow new KIND` and `dhow validate FILE`: a draft to fill in, and all that is wrong with it.
// Way of the message: before it is sent; no daemon is asked.
// Not pure: files, the clock, for dates that lie ahead. One thread.
// Spec: docs/man/dhow.1, docs/kinds.md. Tests: unit/cli/kinds_command_test.cpp.
// Limits: draft_bytes_max, kinds_problems_max.
#include "daemon/app/wall_clock.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/files.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/cli/options.hpp"
#include "protocol/kinds/catalogue.hpp"
#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/verdict_json.hpp"
#include "protocol/kinds/words.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace dhow::cli {

namespace po = boost::program_options;
using texts = std::vector<std::string>;

namespace {

constexpr verb_usage validate_usage{
    "validate", "FILE", "Checks the text of a message, or a draft of it; - is standard input.", 1,
    1};
constexpr verb_usage new_usage{"new", "KIND", "Prints a commented draft of a message.", 1, 1};

po::options_description validate_options() {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("kind", po::value<std::string>()->value_name("KIND"), "as `dhow send` would say it")
        ("from", po::value<std::string>()->value_name("BUREAU"),
         "who sends it: checks what only some may send")
        ("to", po::value<texts>()->value_name("BUREAU"),
         "a recipient; may stand several times: checks who may get it")
        ("received", po::bool_switch(), "check it as its addressee would")
        ("at", po::value<std::string>()->value_name("TIME"),
         "as at this time, such as 2026-11-30T10:00Z, and not as now")
        ("strip", po::bool_switch(), "if it is good, print it without comments: what can be sent")
        ("language", po::value<std::string>()->default_value("en")->value_name("LANGUAGE"),
         "of the sentences: en, fr, es, ar");
    // clang-format on
    return own;
}

std::string wrong_options(const parsed_options& options) {
    if (!kinds::catalogues().contains(options.text("language"))) {
        return "--language must be en, fr, es or ar";
    }
    auto bureaus = options.texts("to");
    if (options.has("from")) {
        bureaus.push_back(options.text("from"));
    }
    const auto is_bureau = [](const auto& each) {
        return protocol::bureau_id::parse(each).has_value();
    };
    if (!std::ranges::all_of(bureaus, is_bureau)) {
        return "--from and --to need bureaus, such as MU";
    }
    if (options.has("at") && !protocol::parse_utc(full_time(options.text("at")))) {
        return "--at needs a time such as 2026-11-30T10:00Z";
    }
    if (options.json && options.values["strip"].as<bool>()) {
        return "--strip and --json cannot stand together";
    }
    return {};
}

void print_verdict(const kinds::verdict& verdict, const std::string& file,
                   const std::string& language, std::ostream& out) {
    for (const auto& one : verdict.problems) {
        const bool refused = one.severity == kinds::severity::refusal;
        out << printable(file) << ": " << (refused ? "refusal " : "warning ")
            << (one.pointer.empty() ? "" : printable(one.pointer) + ": ")
            << kinds::describe(one, language) << " [" << one.rule
            << (one.number.empty() ? "" : ", ERR " + one.number) << "]\n";
    }
    if (verdict.left_off > 0) {
        out << verdict.left_off << " more problems are not shown\n";
    }
    out << count_of(verdict, kinds::severity::refusal) << " refusals, "
        << count_of(verdict, kinds::severity::warning) << " warnings\n";
}

kinds::context facts_of(const parsed_options& options) {
    kinds::context facts;
    facts.at = options.values["received"].as<bool>() ? kinds::end::receiver : kinds::end::sender;
    facts.kind = options.text("kind");
    facts.sender = options.text("from");
    facts.recipients = options.texts("to");
    facts.now = options.has("at") ? protocol::parse_utc(full_time(options.text("at")))
                                  : std::optional(app::wall_now());
    return facts;
}

}  // namespace

int run_validate(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(validate_usage, validate_options(), args, streams, code);
    if (!options) {
        return code;
    }
    if (!use_kinds(*options, streams)) {
        return to_int(exit_code::bad_configuration);
    }
    if (const auto wrong = wrong_options(*options); !wrong.empty()) {
        return usage_error(validate_usage, streams, wrong);
    }
    const auto& file = options->operands.front();
    std::string why;
    const auto draft = read_input(file, streams.in, draft_bytes_max, why);
    if (!draft) {
        streams.err << "dhow: " << printable(why) << '\n';
        return to_int(exit_code::not_found);
    }
    const auto text = kinds::without_comments(*draft);
    const auto verdict = validate(kinds::registry::in_force(), facts_of(*options), text);
    const bool strip = options->values["strip"].as<bool>();
    if (options->json) {
        streams.out << to_json(verdict, options->text("language")) << '\n';
    } else {
        print_verdict(verdict, file, options->text("language"), strip ? streams.err : streams.out);
    }
    if (strip && !verdict.refused) {
        streams.out << text;
    }
    return to_int(verdict.refused ? exit_code::refused : exit_code::done);
}

int run_new(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("type", po::value<std::string>()->value_name("COLOUR"),
                      "of a notice or diffusion: red, blue, un_special and so on");
    int code = 0;
    const auto options = parse_options(new_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    if (!use_kinds(*options, streams)) {
        return to_int(exit_code::bad_configuration);
    }
    const auto& data = kinds::registry::in_force();
    const auto* row = data.find(options->operands.front());
    if (row == nullptr) {
        streams.err << "dhow: there is no such kind; `dhow kinds` lists what there is\n";
        return to_int(exit_code::not_found);
    }
    const auto colour = options->text("type");
    if (options->has("type") && !kinds::has_colours(*row)) {
        return usage_error(new_usage, streams, row->name + " has no types");
    }
    if (options->has("type") && !data.list("notice_types").has(colour)) {
        return usage_error(new_usage, streams,
                           "--type must be one of " + data.list("notice_types").allowed());
    }
    const auto draft = kinds::skeleton_of(data, *row, colour);
    if (options->json) {
        streams.out << boost::json::object{{"kind", row->name}, {"draft", draft}} << '\n';
    } else {
        streams.out << draft;
    }
    return to_int(exit_code::done);
}

}  // namespace dhow::cli
