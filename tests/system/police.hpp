// Two bureaus and the General Secretariat, three real daemons for all tests of a file, and what
// their desks do with documents.
// Way of the message: see harness.hpp.
// Not pure: processes, files, sockets. One thread.
// Spec: docs/kinds.md, docs/agency-api.md. Tests: used by police_*_test.cpp.
// Limits: see harness.hpp.
#pragma once

#include "tests/system/harness.hpp"

#include <boost/json.hpp>

#include <set>
#include <string>
#include <vector>

namespace dhow::tests {

/// The fixture of a suite: started before its first test, ended after its last. Each test uses
/// subjects of its own, so that their order does not matter. The daemons and `dhow` run in a zone
/// that is no zone of theirs: a time that is not UTC would show.
class police {
public:
    police();
    ~police();
    police(const police&) = delete;
    police& operator=(const police&) = delete;

    static gateway& zw() { return at("ZW"); }
    static gateway& mu() { return at("MU"); }
    static gateway& ipsg() { return at("IPSG"); }  ///< The hub, and the General Secretariat.
    static gateway& at(const std::string& bureau);
    static const std::filesystem::path& folder();

private:
    federation x_bureaus;
};

using recipients = std::vector<std::string>;
/// `RULE POINTER` of problems.
using findings = std::multiset<std::string>;

/// The document of tests/unit/kinds/examples: one that keeps all rules of its kind.
json::object example(const std::string& kind);
/// The same with a reference to a message instead of the example's.
json::object example_about(const std::string& kind, const std::string& id);
/// The document with a member at a pointer; its parent must be there.
json::object with(json::object document, std::string_view pointer, json::value value);
json::object without(json::object document, std::string_view pointer);
/// A publication with a subject of its own; `type` one of yellow, red, purple, orange, silver.
json::object notice(const std::string& type, const std::string& entity_id, int version = 1);
/// A diffusion of that type, which names these bureaus.
json::object diffusion(const std::string& type, const recipients& named);

/// What the daemon answers to the document; `more` are other members of the submission.
reply offer(const gateway& from, const json::object& document, const recipients& to,
            const json::object& more = {});
/// The id; throws what the daemon answers when it does not take it.
std::string send(const gateway& from, const json::object& document, const recipients& to,
                 const json::object& more = {});
/// Checks that it was refused with just these refusals, each in words, and that nothing was taken.
void expect_refused(const reply& answer, const findings& wanted);
/// ERR number of the first problem of a refusal.
std::string number_in(const reply& answer);

/// The message as its agency opens it; waits until it is there.
json::object receive(const gateway& at, const std::string& id);
/// Its text as JSON.
json::object text_of(const json::object& opened);
/// What the desk's inbox has, the first 500: what is offered, or all.
json::array entries_of(const gateway& at, bool all = true);
/// State of the desk's assignment; empty when the inbox has no such message.
std::string inbox_state(const gateway& at, const std::string& id);
void await_inbox_state(const gateway& at, const std::string& id, const std::string& state);
/// After this everything that `from` sent to `to` before is there, or will never be.
void await_all(const gateway& from, const gateway& to);
/// Whom the origin has as recipients of a message.
std::set<std::string> recipients_of(const gateway& origin, const std::string& id);
/// HTTP status of an acknowledgement.
unsigned try_to_take(const gateway& at, const std::string& id, const std::string& state = "taken");
/// The state of a case as `dhow case` has it: what that bureau has said of it.
json::object case_of(const gateway& at, const std::string& name, const std::string& owner = "IPSG");
/// What a command prints; checks that it ends well.
std::string said_by(const gateway& at, const std::vector<std::string>& words);
/// `2026-11-30T12:00:00Z`, so long from now.
std::string time_ahead(seconds ahead);
bool has(const std::string& text, std::string_view part);

}  // namespace dhow::tests
