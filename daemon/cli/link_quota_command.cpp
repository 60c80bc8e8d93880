// `dhow link quota`: the provider's count instead of ours; and what `link list` says of bearers.
// Way of the message: the ways that it may take, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/link_quota_command_test.cpp.
// Limits: none.
#include "config/units.hpp"
#include "daemon/cli/link_verbs.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"
#include "protocol/known.hpp"

#include <boost/json.hpp>

#include <array>

namespace dhow::cli {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

constexpr verb_usage quota_usage{"link quota", "LINK", quota_summary, 1, 1};

std::string check_used(const parsed_options& options) {
    return config::parse_size(options.text("used")) ? "" : "--used needs a size such as 312MiB";
}

std::uint64_t number_of(const json::object& from, std::string_view name) {
    const json::value* value = from.if_contains(name);
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

/// `routine up to 64KiB`, `no bulk`; empty: all of the class pass.
std::string passage_text(const json::object& passes, std::string_view name) {
    const json::value* most = passes.if_contains(name);
    if (most == nullptr || !most->is_number()) {
        return "";
    }
    const auto bytes = most->to_number<std::uint64_t>();
    const std::string cls(name);
    return bytes == 0 ? "no " + cls : cls + " up to " + size_text(bytes);
}

std::string passages_text(const json::object& link) {
    const json::value* found = link.if_contains("passes_bytes_max");
    const json::object* passes = found == nullptr ? nullptr : found->if_object();
    std::string out;
    constexpr std::array<std::string_view, 4> classes{"flash", "urgent", "routine", "bulk"};
    for (const auto name : classes) {
        const auto text = passes == nullptr ? std::string{} : passage_text(*passes, name);
        out += text.empty() ? "" : (out.empty() ? "" : ", ") + text;
    }
    return out;
}

}  // namespace

std::string bearer_line(const json::object& link) {
    std::string out;
    const json::value* found = link.if_contains("quota");
    if (const json::object* quota = found == nullptr ? nullptr : found->if_object()) {
        out = size_text(number_of(*quota, "used_bytes")) + " of " +
              size_text(number_of(*quota, "month_bytes")) + " of this month used";
    }
    if (const auto passes = passages_text(link); !passes.empty()) {
        const auto until = shown(link, "changes_at");
        out += (out.empty() ? "" : "; ") + passes +
               (until.empty() ? "" : " until " + time_text(until));
    }
    if (const auto level = shown(link, "confidentiality_max");
        !level.empty() && level != "confidential") {
        out += (out.empty() ? "" : "; ") + std::string("nothing above ") + level;
    }
    return out.empty() ? "" : shown(link, "name") + ": " + out + '\n';
}

int run_link_quota(arguments args, io& streams) {
    po::options_description own;
    own.add_options()("used", po::value<std::string>()->required()->value_name("SIZE"),
                      "of this month, such as 312MiB");
    int code = 0;
    auto verb = go_online(quota_usage, own, args, streams, code, &check_used);
    if (!verb) {
        return code;
    }
    json::object body;
    body["used_bytes"] =
        protocol::known(config::parse_size(verb->text("used")), "an option that was checked");
    return post_and_print(
        *verb, "/admin/v1/links/" + http::percent_encode(verb->options.operands[0]) + "/quota",
        body);
}

}  // namespace dhow::cli
