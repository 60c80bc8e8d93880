// Says for a corpus on standard input whether both ends would take each of its messages.
// usage: corpus_check < CORPUS   one line a problem; the last line is a count
#include "protocol/kinds/validate.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>
#include <map>

namespace json = boost::json;
namespace kinds = dhow::kinds;
using dhow::protocol::utc_time;

namespace {

std::string text_of(const json::object& line, std::string_view member) {
    const auto* value = line.if_contains(member);
    return value == nullptr ? std::string{} : std::string{value->as_string()};
}

std::vector<std::string> texts_of(const json::object& line, std::string_view member) {
    std::vector<std::string> out;
    if (const auto* value = line.if_contains(member)) {
        for (const auto& each : value->as_array()) {
            out.emplace_back(each.as_string());
        }
    }
    return out;
}

/// What gateways would remember of the messages so far, so that rules about others are checked.
struct memory {
    std::map<std::string, kinds::original_facts> originals;  ///< By message id.
    std::map<std::string, std::uint64_t> versions;           ///< Highest, by entity.
    std::map<std::string, std::string> owners;               ///< By record id.
    std::map<std::string, std::uint64_t> requests;           ///< By notification of the hit.
    std::map<std::string, bool> tombstones;                  ///< Entities that were cancelled.
};

class checker {
public:
    explicit checker(utc_time begins) : x_begins{begins} {}

    void check(const json::object& line) {
        ++x_messages;
        const auto& document = line.at("document").as_object();
        const auto kind = text_of(line, "kind");
        auto facts = facts_of(line, document, kind);
        const auto text = json::serialize(document);
        for (const auto at : {kinds::end::sender, kinds::end::receiver}) {
            facts.at = at;
            const auto verdict = kinds::validate(kinds::registry::in_force(), facts, text);
            for (const auto& each : verdict.problems) {
                ++x_problems;
                std::cout << text_of(line, "id") << " " << kind << " " << each.rule << " "
                          << each.pointer << ": " << kinds_text(each) << "\n";
            }
            if (dhow::protocol::to_text(verdict.cls) != text_of(line, "class")) {
                ++x_problems;
                std::cout << text_of(line, "id") << " " << kind << " has another class\n";
            }
        }
        remember(line, document, kind, facts);
    }

    [[nodiscard]] bool report() const {
        std::cout << x_messages << " messages, " << x_problems << " problems\n";
        return x_problems == 0 && x_messages > 0;
    }

private:
    static std::string kinds_text(const kinds::problem& one) {
        return one.found + " (" + one.allowed + ")";
    }

    static std::string hit_of(const json::object& document) {
        return text_of(document.at("references").at(0).as_object(), "id");
    }

    kinds::context facts_of(const json::object& line, const json::object& document,
                            const std::string& kind) {
        kinds::context facts{.kind = kind, .sender = text_of(line, "from")};
        facts.by_gateway = line.contains("by_gateway");
        facts.recipients = texts_of(line, "to");
        facts.denied = texts_of(line, "denied");
        facts.now =
            x_begins + std::chrono::milliseconds{line.at("at_ms").to_number<std::int64_t>()};
        facts.expires = !line.at("expires_in_s").is_null();
        const auto answers = text_of(line, "answers");
        facts.is_reply = !answers.empty();
        if (const auto id = answers.empty() ? text_of(line, "original") : answers; !id.empty()) {
            facts.original = x_memory.originals.at(id);
        }
        const auto entity = text_of(document, "entity_id");
        const auto& body = document.at("body").as_object();
        if (body.contains("version")) {
            facts.version_seen = x_memory.versions[entity];
        }
        if (kind == "hit.request") {
            const auto record = text_of(body, "record_id");
            facts.record = {.known = x_memory.owners.contains(record),
                            .tombstoned = x_memory.tombstones.contains(entity),
                            .owner = x_memory.owners[record],
                            .requests = x_memory.requests[hit_of(document)]};
        }
        return facts;
    }

    void remember(const json::object& line, const json::object& document, const std::string& kind,
                  const kinds::context& facts) {
        const auto& body = document.at("body").as_object();
        const auto entity = text_of(document, "entity_id");
        if (const auto* version = body.if_contains("version")) {
            x_memory.versions[entity] = version->to_number<std::uint64_t>();
        }
        if (kind == "notice.cancellation") {
            x_memory.tombstones[entity] = true;
        }
        if (kind == "hit.notification") {
            x_memory.owners[text_of(body, "record_id")] = text_of(body, "owner");
        }
        if (kind == "hit.request") {
            ++x_memory.requests[hit_of(document)];
        }
        // References are to what was sent before, and say its kind.
        for (const auto& each : document.contains("references")
                                    ? document.at("references").as_array()
                                    : json::array{}) {
            const auto id = text_of(each.as_object(), "id");
            if (!x_kinds.contains(id) || x_kinds[id] != text_of(each.as_object(), "kind")) {
                ++x_problems;
                std::cout << text_of(line, "id") << " " << kind << " refers to nothing\n";
            }
        }
        kinds::original_facts original{.sender = facts.sender, .recipients = facts.recipients};
        original.confidentiality = text_of(document, "confidentiality");
        original.purpose = text_of(document, "purpose");
        original.control_number = text_of(body, "control_number");
        x_memory.originals[text_of(line, "id")] = original;
        x_kinds[text_of(line, "id")] = kind;
    }

    utc_time x_begins;
    memory x_memory;
    std::map<std::string, std::string> x_kinds;
    std::size_t x_messages = 0;
    std::size_t x_problems = 0;
};

}  // namespace

int main() {
    std::string text;
    std::getline(std::cin, text);
    const auto head = json::parse(text).as_object();
    const auto begins = dhow::protocol::parse_utc(text_of(head, "begins"));
    if (!begins) {
        std::cerr << "corpus_check: no corpus\n";
        return 2;
    }
    checker all{*begins};
    while (std::getline(std::cin, text)) {
        all.check(json::parse(text).as_object());
    }
    return all.report() ? 0 : 1;
}
