// `dhow courier export|import|verify|status|close`: messages carried by hand.
// Way of the message: daemon -> [courier] -> stick -> [courier] -> another bureau's daemon.
// Not pure: files, the socket. One thread. The daemon chooses, seals and opens; it never touches
// the medium, which it cannot reach (docs/decisions/0009).
// Spec: docs/man/dhow.1, docs/courier.md. Tests: unit/cli/courier_command_test.cpp, system.
// Limits: one part in memory.
#include "config/units.hpp"
#include "daemon/cli/courier_volumes.hpp"
#include "daemon/cli/online.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/http/url.hpp"
#include "protocol/known.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <utility>

namespace dhow::cli {

namespace json = boost::json;
namespace limits = protocol::limits;
namespace po = boost::program_options;

namespace {

constexpr std::size_t files_max = limits::courier_volumes_max;
constexpr verb_usage courier_export_usage{
    "courier export", "DIR|FILE", "Writes what waits for a bureau to sealed volumes.", 1, 1};
constexpr verb_usage courier_import_usage{"courier import", "FILE|DIR [FILE|DIR]...",
                                          "Takes in volumes that a courier has brought.", 1,
                                          files_max};
constexpr verb_usage courier_verify_usage{"courier verify", "FILE|DIR [FILE|DIR]...",
                                          "Reads volumes to their end and takes nothing in.", 1,
                                          files_max};
constexpr verb_usage courier_status_usage{"courier status", "",
                                          "Lists bundles and what of them has no receipt.", 0, 0};
constexpr verb_usage courier_close_usage{"courier close", "BUNDLE",
                                         "Waits for an exported bundle no longer.", 1, 1};

const std::string root = "/admin/v1/courier/";

// Export ----------------------------------------------------------------------------------------

std::string check_export(const parsed_options& options) {
    if (options.has("to") == options.has("via")) {
        return "either --to BUREAU or --via any";
    }
    if (options.has("via") && options.text("via") != "any") {
        return "--via is `any`";
    }
    const auto size = config::parse_size(options.text("max-size"));
    if (!size || *size < limits::courier_volume_bytes_min ||
        *size > limits::courier_volume_bytes_max) {
        return "--max-size is from " + config::size_text(limits::courier_volume_bytes_min) +
               " to 4095MiB, such as 512MiB";
    }
    const auto volumes = config::parse_number(options.text("volumes"));
    if (!volumes || *volumes == 0 || *volumes > limits::courier_volumes_max) {
        return "--volumes is from 1 to " + std::to_string(limits::courier_volumes_max);
    }
    return check_class(options);
}

/// Names of eight and three characters, which every file system takes.
std::string base_of(const std::string& operand, const json::object& job, bool is_one_of_several) {
    constexpr std::size_t name_characters = 8;
    const std::string bundle = shown(job, "bundle");
    const std::string drawn =
        bundle.size() < name_characters ? bundle : bundle.substr(bundle.size() - name_characters);
    std::error_code error;
    if (std::filesystem::is_directory(operand, error)) {
        return operand + "/" + drawn;
    }
    return is_one_of_several ? operand + "-" + shown(job, "peer") : operand;
}

/// All parts into volumes. Empty: done; else why not, with `code`.
bool write_volumes(online& verb, const std::string& job, volume_writer& to, int& code) {
    for (std::uint64_t part = 1; !to.is_over(); ++part) {
        const auto reply =
            verb.daemon.get(root + "exports/" + job + "/parts/" + std::to_string(part));
        if (!reply || !reply->ok()) {
            code = reply ? report_refusal(verb, *reply) : report_broken(verb);
            return false;
        }
        if (const auto written = to.add(reply->body); !written.ok()) {
            code = report_unwritten(written, verb.streams);
            return false;
        }
    }
    return true;
}

void print_export(online& verb, const json::object& report, const volume_writer& volumes) {
    if (verb.options.json) {
        json::object out = report;
        json::array files;
        for (const auto& file : volumes.files()) {
            files.emplace_back(file);
        }
        out["files"] = std::move(files);
        print_json(verb.streams, out);
        return;
    }
    for (const auto& file : volumes.files()) {
        verb.streams.out << file << '\n';
    }
    verb.streams.out << "bundle " << shown(report, "bundle") << " to " << shown(report, "peer")
                     << ": " << shown(report, "records") << " records\n";
    if (shown(report, "more") == "true") {
        verb.streams.err << "dhow: more waits than fits; export once more\n";
    }
}

int export_to(online& verb, const std::string& to, bool is_one_of_several) {
    int code = 0;
    json::object wish;
    wish["to"] = to;
    constexpr auto why = "an option that was checked";
    wish["volume_bytes"] = protocol::known(config::parse_size(verb.text("max-size")), why);
    wish["volumes_max"] = protocol::known(config::parse_number(verb.text("volumes")), why);
    wish["class"] = verb.text("class");
    const auto job =
        take_object(verb, verb.daemon.post(root + "exports", json::serialize(wish)), code);
    if (!job) {
        return code;
    }
    const std::string number = shown(*job, "job");
    volume_writer volumes{base_of(verb.options.operands[0], *job, is_one_of_several)};
    const bool is_written = write_volumes(verb, number, volumes, code);
    if (!is_written) {
        volumes.remove_all();
    }
    int end_code = 0;
    const auto report =
        take_object(verb,
                    verb.daemon.post(root + "exports/" + number + "/end",
                                     json::serialize(json::object{{"written", is_written}})),
                    end_code);
    if (!is_written || !report) {
        return is_written ? end_code : code;
    }
    print_export(verb, *report, volumes);
    return to_int(exit_code::done);
}

int run_courier_export(arguments args, io& streams) {
    po::options_description own;
    // clang-format off
    own.add_options()
        ("to", po::value<std::string>()->value_name("BUREAU"),
         "for this bureau, or by it as a hub")
        ("via", po::value<std::string>()->value_name("any"),
         "a bundle for each bureau that something waits for")
        ("max-size", po::value<std::string>()->value_name("SIZE")->default_value("3900MiB"),
         "of one volume")
        ("volumes", po::value<std::string>()->value_name("COUNT")->default_value("999"),
         "at most so many")
        ("class", po::value<std::string>()->value_name("CLASS")->default_value("bulk"),
         "nothing below it");
    // clang-format on
    int code = 0;
    auto verb = go_online(courier_export_usage, own, args, streams, code, &check_export);
    if (!verb) {
        return code;
    }
    if (verb->has("to")) {
        return export_to(*verb, verb->text("to"), false);
    }
    const auto answer = get_object(*verb, root + "parties", code);
    if (!answer) {
        return code;
    }
    const json::value* list = answer->if_contains("bureaus");
    const json::array* bureaus = list != nullptr ? list->if_array() : nullptr;
    for (std::size_t i = 0; bureaus != nullptr && i < bureaus->size(); ++i) {
        if (const json::string* name = (*bureaus)[i].if_string()) {
            const int one = export_to(*verb, printable(*name), true);
            code = one != 0 ? one : code;
        }
    }
    return code;
}

// Import ----------------------------------------------------------------------------------------

/// Folders stand for the volumes in them.
std::vector<std::string> volumes_of(const std::vector<std::string>& operands) {
    std::vector<std::string> out;
    for (const auto& operand : operands) {
        std::error_code error;
        if (!std::filesystem::is_directory(operand, error)) {
            out.push_back(operand);
            continue;
        }
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(operand, error)) {
            if (is_volume_name(entry.path().filename().string())) {
                found.push_back(entry.path().string());
            }
        }
        std::ranges::sort(found);
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

std::optional<client_reply> post_octets(online& verb, const std::string& target, std::istream& from,
                                        std::uint64_t size) {
    return verb.daemon.upload(target, "application/octet-stream", from, size, [](std::uint64_t) {});
}

/// Whether another letter may do what this one could not.
bool is_about_the_letter(const client_reply& reply) {
    constexpr unsigned bad_request = 400, unprocessable = 422;
    return reply.status == bad_request || reply.status == unprocessable;
}

/// The job by the letter at the front, else by that at the end.
std::optional<json::object> begin_import(online& verb, volume_reader& volume,
                                         const std::string& path, bool only_verify, int& code) {
    const std::string target = root + "imports" + (only_verify ? "?verify=true" : "");
    std::optional<client_reply> last;
    for (const bool front : {true, false}) {
        const auto letter = front ? volume.letter_at_front() : volume.letter_at_back();
        if (!letter) {
            continue;
        }
        std::istringstream from{*letter};
        last = post_octets(verb, target, from, letter->size());
        if (!last || !is_about_the_letter(*last)) {
            return take_object(verb, last, code);
        }
    }
    if (last) {
        code = report_refusal(verb, *last);
    } else {
        verb.streams.err << "dhow: " << path << ": is no volume of a bundle\n";
        code = to_int(exit_code::verification_failed);
    }
    return std::nullopt;
}

bool send_cells(online& verb, volume_reader& volume, const std::string& job, int& code) {
    const std::uint64_t cell = protocol::sealed_cell_bytes();
    const auto all = volume.layout().cells;
    for (std::uint64_t place = 0; place < all;) {
        const auto count = std::min<std::uint64_t>(limits::courier_cells_a_part, all - place);
        const auto reply =
            post_octets(verb, root + "imports/" + job + "/cells?from=" + std::to_string(place),
                        volume.at_cell(place), count * cell);
        if (!reply || !reply->ok()) {
            code = reply ? report_refusal(verb, *reply) : report_broken(verb);
            return false;
        }
        place += count;
    }
    return true;
}

void print_import(online& verb, const std::string& path, const json::object& report,
                  bool is_whole) {
    if (verb.options.json) {
        json::object out = report;
        out["file"] = path;
        out["whole"] = is_whole;
        print_json(verb.streams, out);
        return;
    }
    verb.streams.out << path << ": from " << shown(report, "peer") << ", volume "
                     << shown(report, "volumes");
    if (const auto all = shown(report, "volumes_in_all"); !all.empty()) {
        verb.streams.out << " of " << all;
    }
    verb.streams.out << ": " << shown(report, "taken") << " new, " << shown(report, "known")
                     << " known, " << shown(report, "not_taken") << " not taken, "
                     << shown(report, "lost") << " lost, " << shown(report, "damaged_cells")
                     << " damaged cells" << (is_whole ? "" : "; not whole") << '\n';
    const json::value* remarks = report.if_contains("remarks");
    const json::array* list = remarks != nullptr ? remarks->if_array() : nullptr;
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
        if (const json::string* text = (*list)[i].if_string()) {
            verb.streams.out << "    " << printable(*text) << '\n';
        }
    }
}

/// False: it is bad, or a part of it.
bool import_one(online& verb, const std::string& path, bool only_verify, int& code) {
    std::string why;
    auto volume = volume_reader::open(path, why);
    if (!volume) {
        verb.streams.err << "dhow: " << why << '\n';
        code = to_int(exit_code::not_found);
        return false;
    }
    const auto job = begin_import(verb, *volume, path, only_verify, code);
    if (!job) {
        return false;
    }
    const std::string number = shown(*job, "job");
    const bool is_sent = send_cells(verb, *volume, number, code);
    if (!is_sent) {
        verb.streams.err << "dhow: " << path << " was not read to its end; import it again\n";
        return false;
    }
    const auto report =
        take_object(verb, verb.daemon.post(root + "imports/" + number + "/end", ""), code);
    if (!report) {
        return false;
    }
    const bool is_whole = is_sent && volume->layout().is_whole && shown(*report, "whole") == "true";
    print_import(verb, path, *report, is_whole);
    return is_whole;
}

int take_volumes(const verb_usage& usage, arguments args, io& streams, bool only_verify) {
    int code = 0;
    auto verb = go_online(usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    const auto paths = volumes_of(verb->options.operands);
    std::vector<std::string> bad;
    for (const auto& path : paths) {
        if (!import_one(*verb, path, only_verify, code)) {
            bad.push_back(path);
        }
        if (code == to_int(exit_code::not_reachable) || code == to_int(exit_code::try_again)) {
            return code;  // No file's fault.
        }
        code = 0;
    }
    if (paths.empty()) {
        streams.err << "dhow: no volumes there (names end in .001 and so on)\n";
        return to_int(exit_code::not_found);
    }
    for (const auto& path : bad) {
        streams.err << "dhow: bad: " << path << '\n';
    }
    return to_int(bad.empty() ? exit_code::done : exit_code::internal);
}

int run_courier_import(arguments args, io& streams) {
    return take_volumes(courier_import_usage, args, streams, false);
}

int run_courier_verify(arguments args, io& streams) {
    return take_volumes(courier_verify_usage, args, streams, true);
}

// Status ----------------------------------------------------------------------------------------

int run_courier_status(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(courier_status_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    table rows{{"BUNDLE", "PEER", "WAY", "STATE", "RECORDS", "OPEN", "VOLUMES", "SINCE"}};
    for (std::string after = "0"; !after.empty();) {
        const auto answer = get_object(*verb, root + "bundles?limit=500&after=" + after, code);
        if (!answer) {
            return code;
        }
        after.clear();
        for_each_object(*answer, "bundles", [&](const json::object& one) {
            after = shown(one, "position");
            if (verb->options.json) {
                print_json(streams, one);
            } else {
                rows.add({shown(one, "bundle"), shown(one, "peer"), shown(one, "direction"),
                          shown(one, "state"), shown(one, "records"), shown(one, "open"),
                          shown(one, "volumes"), time_text(shown(one, "created_at"))});
            }
        });
        if (shown(*answer, "more") != "true") {
            after.clear();
        }
    }
    if (!verb->options.json) {
        rows.print(streams.out);
    }
    return to_int(exit_code::done);
}

int run_courier_close(arguments args, io& streams) {
    int code = 0;
    auto verb = go_online(courier_close_usage, {}, args, streams, code);
    if (!verb) {
        return code;
    }
    return post_and_print(
        *verb, root + "bundles/" + http::percent_encode(verb->options.operands[0]) + "/close", {});
}

constexpr std::array courier_verbs{
    verb{"export", courier_export_usage.summary, &run_courier_export},
    verb{"import", courier_import_usage.summary, &run_courier_import},
    verb{"verify", courier_verify_usage.summary, &run_courier_verify},
    verb{"status", courier_status_usage.summary, &run_courier_status},
    verb{"close", courier_close_usage.summary, &run_courier_close}};

}  // namespace

int run_courier(arguments args, io& streams) {
    return dispatch("dhow courier", courier_verbs, args, streams);
}

}  // namespace dhow::cli
