// Documents, and what desks do with them.
// Way of the message: see police.hpp.
// Not pure: processes, files, sockets. One thread.
// Spec: docs/kinds.md, docs/agency-api.md. Tests: used by police_*_test.cpp.
// Limits: see harness.hpp.
#include "tests/system/police.hpp"

#include "protocol/ids.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace dhow::tests {

namespace {

police* running_police = nullptr;

/// Nobody's zone, and half an hour beside most: a time that was made local is seen.
constexpr const char* another_zone = "EXAMPLE-05:30";

federation_wish police_wish() {
    federation_wish out;
    out.also = {"KE", "TW", "AFRIPOL"};  // In the directory only; the last two are no members.
    out.extra = "groups: {coast: [ZW, MU], afripol: [ZW, MU]}\n";
    return out;
}

/// The object that the last step of the pointer is in, and that step.
std::pair<json::object*, std::string> holder_of(json::value& root, std::string_view pointer) {
    const auto slash = pointer.rfind('/');
    json::error_code error;
    auto* parent = root.find_pointer(pointer.substr(0, slash), error);
    if (parent == nullptr || !parent->is_object()) {
        throw std::runtime_error("no object holds " + std::string{pointer});
    }
    return {&parent->get_object(), std::string{pointer.substr(slash + 1)}};
}

json::object body_of_colour(const std::string& type) {
    if (type == "orange") {
        return {{"notice_type", type},
                {"threat_type", "object"},
                {"description", "Synthetic: parcels that look like toys."}};
    }
    if (type == "purple") {
        return {{"notice_type", type}, {"modus_operandi", "Synthetic: a false bottom in a crate."}};
    }
    if (type == "silver") {
        json::object asset{{"type", "vehicle"}, {"description", "Synthetic: a boat."}};
        json::object owner{{"name", "EXAMPLE TRADING"}};
        return {{"notice_type", type},
                {"predicate_offence", "Synthetic fraud"},
                {"assets", json::array{std::move(asset)}},
                {"entity", std::move(owner)}};
    }
    const auto* kind = type == "red" ? "notice.request" : "notice.publication";
    return example(kind).at("body").as_object();
}

}  // namespace

police::police() : x_bureaus(police_wish()) {
    setenv("TZ", another_zone, 1);  // Also for each `dhow` that a test runs.
    running_police = this;
    for (const auto* bureau : {"IPSG", "ZW", "MU"}) {
        x_bureaus[bureau].start_only();
    }
    for (const auto* bureau : {"IPSG", "ZW", "MU"}) {
        x_bureaus[bureau].await_ready();
    }
}

police::~police() {
    running_police = nullptr;
    unsetenv("TZ");
}

gateway& police::at(const std::string& bureau) {
    if (running_police == nullptr) {
        throw std::logic_error("the suite has no police");
    }
    return running_police->x_bureaus[bureau];
}

const std::filesystem::path& police::folder() { return running_police->x_bureaus.folder(); }

// Documents -------------------------------------------------------------------------------------

json::object example(const std::string& kind) {
    const auto text =
        read_file(std::string{DHOW_SOURCE_DIR} + "/tests/unit/kinds/examples/" + kind + ".json");
    return json::parse(text).at("document").as_object();
}

json::object example_about(const std::string& kind, const std::string& id) {
    auto out = example(kind);
    out.at("references").as_array().at(0).as_object()["id"] = id;
    return out;
}

json::object with(json::object document, std::string_view pointer, json::value value) {
    json::value root(std::move(document));
    const auto [holder, step] = holder_of(root, pointer);
    (*holder)[step] = std::move(value);
    return std::move(root.get_object());
}

json::object without(json::object document, std::string_view pointer) {
    json::value root(std::move(document));
    const auto [holder, step] = holder_of(root, pointer);
    if (holder->erase(step) == 0) {
        throw std::runtime_error("nothing at " + std::string{pointer});
    }
    return std::move(root.get_object());
}

json::object notice(const std::string& type, const std::string& entity_id, int version) {
    auto out = example("notice.publication");
    out["entity_id"] = entity_id;
    out["body"] = body_of_colour(type);
    return with(std::move(out), "/body/version", version);
}

json::object diffusion(const std::string& type, const recipients& named) {
    auto out = example("diffusion.circulation");
    if (type != "red") {
        auto body = body_of_colour(type);
        body.erase("version");
        for (const auto* member : {"reason_not_notice", "compliance"}) {
            body[member] = out.at("body").at(member);
        }
        out["body"] = std::move(body);
    }
    return with(std::move(out), "/body/recipients", json::array(named.begin(), named.end()));
}

// Submission ------------------------------------------------------------------------------------

reply offer(const gateway& from, const json::object& document, const recipients& to,
            const json::object& more) {
    json::object body{{"kind", document.at("kind")},
                      {"to", json::array(to.begin(), to.end())},
                      {"media_type", "application/json"},
                      {"text_base64", to_base64(json::serialize(document))}};
    for (const auto& member : more) {
        body[member.key()] = member.value();
    }
    return ask(from.socket(), "POST", "/v1/messages", json::serialize(body));
}

std::string send(const gateway& from, const json::object& document, const recipients& to,
                 const json::object& more) {
    const auto answer = offer(from, document, to, more);
    if (answer.status != 202) {
        throw refused(answer.status, from.bureau() + " does not take it: " + answer.body);
    }
    return std::string(answer.as_json().at("id").as_string());
}

void expect_refused(const reply& answer, const findings& wanted) {
    BOOST_TEST_CONTEXT(answer.body) {
        BOOST_TEST_REQUIRE(answer.status == 422U);
        const auto said = answer.as_json().as_object();
        BOOST_TEST(said.at("code").as_string() == "validation-failed");
        BOOST_TEST(!said.contains("id"));
        BOOST_TEST_REQUIRE(said.contains("problems"));
        findings found;
        for (const auto& one : said.at("problems").as_array()) {
            BOOST_TEST(!one.at("text").as_string().empty());
            if (one.at("severity").as_string() == "refusal") {
                found.insert(std::string{one.at("rule").as_string()} + " " +
                             std::string{one.at("pointer").as_string()});
            }
        }
        BOOST_TEST(found == wanted, boost::test_tools::per_element());
    }
}

std::string number_in(const reply& answer) {
    const auto said = answer.as_json();
    const auto& first = said.at("problems").at(0).as_object();
    return first.contains("number") ? std::string(first.at("number").as_string()) : std::string{};
}

// Inboxes ---------------------------------------------------------------------------------------

json::array entries_of(const gateway& at, bool all) {
    return at.get(std::string{"/v1/inbox?limit=500"} + (all ? "&all=true" : ""))
        .at("entries")
        .as_array();
}

std::string inbox_state(const gateway& at, const std::string& id) {
    const auto entries = entries_of(at);
    const auto found = std::ranges::find_if(
        entries, [&id](const auto& one) { return one.at("id").as_string() == id; });
    return found == entries.end() ? "" : std::string(found->at("state").as_string());
}

void await_inbox_state(const gateway& at, const std::string& id, const std::string& state) {
    wait_until(id + " to be " + state + " at " + at.bureau(),
               [&] { return inbox_state(at, id) == state; });
}

json::object receive(const gateway& at, const std::string& id) {
    wait_until(id + " to reach " + at.bureau(), [&] { return !inbox_state(at, id).empty(); });
    return at.get("/v1/inbox/" + id);
}

json::object text_of(const json::object& opened) {
    return json::parse(from_base64(std::string(opened.at("text_base64").as_string()))).as_object();
}

void await_all(const gateway& from, const gateway& to) {
    letter last;
    last.to = {to.bureau()};
    last.kind = "message.text";
    last.cls = "bulk";  // Behind all others.
    receive(to, submit(from, last));
}

std::set<std::string> recipients_of(const gateway& origin, const std::string& id) {
    std::set<std::string> out;
    const auto status = origin.get("/v1/messages/" + id);
    for (const auto& one : status.at("recipients").as_array()) {
        out.emplace(one.at("recipient").as_string());
    }
    return out;
}

unsigned try_to_take(const gateway& at, const std::string& id, const std::string& state) {
    json::object body;
    body["state"] = state;
    return ask(at.socket(), "POST", "/v1/inbox/" + id + "/ack", json::serialize(body)).status;
}

json::object case_of(const gateway& at, const std::string& name, const std::string& owner) {
    const auto said = json::parse(said_by(at, {"case", name, "--json"}));
    for (const auto& state : said.at("states").as_array()) {
        if (state.at("owner").as_string() == owner) {
            return state.as_object();
        }
    }
    throw std::runtime_error(owner + " has said nothing of it: " + json::serialize(said));
}

std::string said_by(const gateway& at, const std::vector<std::string>& words) {
    const auto done = at.dhow(words);
    BOOST_TEST(done.code == 0, words.front() << ": " << done.out);
    return done.out;
}

std::string time_ahead(seconds ahead) {
    using std::chrono::system_clock;
    const auto then = std::chrono::time_point_cast<protocol::milliseconds>(
        std::chrono::floor<seconds>(system_clock::now() + ahead));
    return protocol::to_text(then);
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace dhow::tests
