// Reads the examples of each kind and applies their changes.
#include "tests/unit/kinds/example_files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace dhow::tests {

namespace json = boost::json;

namespace {

// The container that a pointer's last step is in, and that step.
std::pair<json::value*, std::string> parent_of(json::value& root, std::string_view pointer) {
    const auto slash = pointer.rfind('/');
    json::error_code error;
    auto* parent = root.find_pointer(pointer.substr(0, slash), error);
    if (parent == nullptr) {
        throw std::runtime_error{"example: nothing at " + std::string{pointer}};
    }
    return {parent, std::string{pointer.substr(slash + 1)}};
}

void set_at(json::value& root, std::string_view pointer, const json::value& value) {
    const auto [parent, step] = parent_of(root, pointer);
    if (auto* array = parent->if_array()) {
        (*array).at(std::stoul(step)) = value;
    } else {
        parent->as_object()[step] = value;
    }
}

void remove_at(json::value& root, std::string_view pointer) {
    const auto [parent, step] = parent_of(root, pointer);
    if (parent->as_object().erase(step) == 0) {
        throw std::runtime_error{"example: nothing to remove at " + std::string{pointer}};
    }
}

std::string text_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::string{} : std::string{value->as_string()};
}

std::vector<std::string> texts_in(const json::object& object, std::string_view name) {
    std::vector<std::string> out;
    if (const auto* value = object.if_contains(name)) {
        for (const auto& each : value->as_array()) {
            out.emplace_back(each.as_string());
        }
    }
    return out;
}

bool flag_in(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->as_bool();
}

kinds::context context_of(const json::object& from) {
    kinds::context out;
    out.at = text_in(from, "at") == "receiver" ? kinds::end::receiver : kinds::end::sender;
    out.kind = text_in(from, "kind");
    out.sender = text_in(from, "sender");
    out.by_gateway = flag_in(from, "by_gateway");
    out.recipients = texts_in(from, "recipients");
    out.denied = texts_in(from, "denied");
    out.now = protocol::parse_utc(text_in(from, "now"));
    out.is_forward = flag_in(from, "is_forward");
    out.is_reply = flag_in(from, "is_reply");
    out.has_consent = flag_in(from, "has_consent");
    if (const auto* expires = from.if_contains("expires")) {
        out.expires = expires->as_bool();
    }
    if (const auto* version = from.if_contains("version_seen")) {
        out.version_seen = version->to_number<std::uint64_t>();
    }
    if (const auto* value = from.if_contains("through")) {
        for (const auto& [named, parent] : value->as_object()) {
            out.through.emplace_back(named, parent.as_string());
        }
    }
    if (const auto* value = from.if_contains("languages")) {
        for (const auto& [bureau, preferred] : value->as_object()) {
            out.languages.emplace_back(bureau, texts_in(value->as_object(), bureau));
        }
    }
    if (const auto* value = from.if_contains("record")) {
        const auto& record = value->as_object();
        out.record.emplace();
        if (record.contains("known")) {
            out.record->known = flag_in(record, "known");
        }
        out.record->tombstoned = flag_in(record, "tombstoned");
        out.record->owner = text_in(record, "owner");
        out.record->delegates = texts_in(record, "delegates");
        out.record->requests_are_all = !flag_in(record, "requests_are_not_all");
        if (const auto* requests = record.if_contains("requests")) {
            out.record->requests = requests->to_number<std::uint64_t>();
        }
    }
    if (const auto* value = from.if_contains("original")) {
        const auto& original = value->as_object();
        out.original = {.sender = text_in(original, "sender"),
                        .recipients = texts_in(original, "recipients"),
                        .confidentiality = text_in(original, "confidentiality"),
                        .handling = texts_in(original, "handling"),
                        .purpose = text_in(original, "purpose"),
                        .control_number = text_in(original, "control_number"),
                        .priority = text_in(original, "priority")};
    }
    return out;
}

// `RULE POINTER TEXT`: all but RULE may be absent.
std::string without_text(const std::string& line, std::set<std::string>& rules) {
    const auto first = line.find(' ');
    const auto second = first == std::string::npos ? first : line.find(' ', first + 1);
    rules.insert(line.substr(0, first));
    if (second != std::string::npos) {
        rules.insert(line.substr(second + 1));
    }
    auto out = line.substr(0, second);
    if (first != std::string::npos && line.substr(first + 1).starts_with("R-")) {
        out = line.substr(0, first);
    }
    return first == std::string::npos ? out + " " : out;
}

example read_case(const json::object& file, const json::object& from, bool accepted) {
    example out;
    out.name = text_in(from, "name");
    out.accepted = accepted;
    auto facts = file.at("context").as_object();
    if (const auto* more = from.if_contains("context")) {
        for (const auto& [name, value] : more->as_object()) {
            facts[name] = value;
        }
    }
    out.facts = context_of(facts);
    auto document = file.at("document");
    if (const auto* changes = from.if_contains("set")) {
        for (const auto& [pointer, value] : changes->as_object()) {
            set_at(document, pointer, value);
        }
    }
    for (const auto& pointer : texts_in(from, "remove")) {
        remove_at(document, pointer);
    }
    out.text = json::serialize(document);
    for (const auto& each : texts_in(from, "problems")) {
        out.problems.insert(without_text(each, out.rules));
    }
    for (const auto& each : texts_in(from, "warnings")) {
        out.warnings.insert(without_text(each, out.rules));
    }
    return out;
}

std::vector<example> read_all() {
    std::vector<std::filesystem::path> paths;
    const auto folder = std::string{DHOW_SOURCE_DIR} + "/tests/unit/kinds/examples";
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<example> out;
    for (const auto& path : paths) {
        std::ifstream in{path};
        const auto file = json::parse(std::string{std::istreambuf_iterator<char>{in}, {}});
        for (const auto* group : {"accepted", "refused"}) {
            for (const auto& each : file.at(group).as_array()) {
                out.push_back(read_case(file.as_object(), each.as_object(),
                                        std::string_view{group} == "accepted"));
                out.back().file = path.stem().string();
            }
        }
    }
    return out;
}

std::string joined(const std::multiset<std::string>& lines) {
    std::string out;
    for (const auto& each : lines) {
        out += each + "\n";
    }
    return out;
}

}  // namespace

const std::vector<example>& all_examples() {
    static const auto once = read_all();
    return once;
}

std::multiset<std::string> listed(const kinds::verdict& verdict, kinds::severity how) {
    std::multiset<std::string> out;
    for (const auto& each : verdict.problems) {
        if (each.severity == how) {
            out.insert(each.rule + " " + each.pointer);
        }
    }
    return out;
}

void check_example(const example& one) {
    const char* without = std::getenv("DHOW_WITHOUT_RULE");
    BOOST_TEST_CONTEXT(one.file << ": " << one.name) {
        const auto verdict = kinds::validate(kinds::registry::in_force(), one.facts, one.text,
                                             without == nullptr ? "" : without);
        BOOST_TEST(joined(listed(verdict, kinds::severity::refusal)) == joined(one.problems));
        BOOST_TEST(joined(listed(verdict, kinds::severity::warning)) == joined(one.warnings));
        BOOST_TEST(verdict.refused == !one.accepted);
    }
}

}  // namespace dhow::tests
