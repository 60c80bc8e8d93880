// Who writes notices, diffusions and hits.
// Way of the message: see cases_people.hpp.
// Pure.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test.
// Limits: see cases_people.hpp.
#include "tests/sim/cases_people.hpp"

#include "protocol/ensure.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/heap.hpp"

#include <algorithm>

namespace dhow::sim {

namespace request = route::request;
namespace response = route::response;
using protocol::errc;
using protocol::message_class;

namespace {
using namespace std::chrono_literals;

constexpr microseconds ask_again_after = 5s;
constexpr microseconds step_max = 4min;
/// Two writers of one case may get in each other's way so often before one is sure of its no.
constexpr unsigned refusals_max = 8;

bool is_end_kind(const std::string& kind) {
    return kind == "notice.cancellation" || kind == "diffusion.withdrawal" ||
           kind == "diffusion.noncompliance";
}

bool is_content_kind(const std::string& kind) {
    return kind == "notice.publication" || kind == "diffusion.circulation" ||
           kind == "notice.addendum" || kind == "diffusion.update";
}

boost::json::array names_in(const std::vector<std::string>& all) {
    boost::json::array out;
    for (const auto& one : all) {
        if (one != hub_name) {
            out.emplace_back(one);
        }
    }
    return out;
}
}  // namespace

struct case_writers::notice {
    std::string entity;
    std::uint64_t version = 0;
    unsigned steps = 0;  ///< That are left.
    bool is_suspended = false, is_ended = false;
    protocol::message_id first;
};

struct case_writers::diffusion {
    node* from = nullptr;
    std::vector<std::string> to;
    protocol::message_id first;
    unsigned steps = 0;
    bool is_withdrawn = false;
};

struct case_writers::hit {
    node *from = nullptr, *owner = nullptr;
    bool is_urgent = false;
    std::int64_t requests = 0, requests_max = 1;
    protocol::message_id first;
};

node& case_room::at(const std::string& name) const {
    const auto found = std::ranges::find(nodes, name, &node::name);
    DHOW_ENSURE(found != nodes.end());
    return **found;
}

// Asking --------------------------------------------------------------------------------------

void case_writers::send(draft_paper what) {
    const heap_scope nobodys(nullptr);
    auto made = std::make_shared<draft_paper>(std::move(what));
    made->text = made->what.text(made->from->name(), made->to, x_room.clock.now());
    made->facts = read_document(made->text).value();
    made->key = "paper-" + std::to_string(++x_keys);
    ++x_asking;
    ask(made);
}

void case_writers::ask(const draft_ptr& what) {
    const auto again = [this, what] {
        x_room.clock.after(ask_again_after, [this, what] { ask(what); });
    };
    if (!what->from->is_alive() || !what->from->gateway().is_ready()) {
        again();
        return;
    }
    request::submit wish;
    wish.kind = what->what.kind();
    wish.subject = "synthetic";
    wish.media_type = "application/json";
    wish.cls = what->cls;
    wish.to = what->to;
    wish.text.assign(what->text.begin(), what->text.end());
    wish.never_expires = what->never_expires;
    wish.idempotency_key = what->key;
    // Whoever gets no answer asks again: the gateway may have died.
    const auto answered = std::make_shared<bool>(false);
    x_room.clock.after(ask_again_after, [this, what, answered] {
        if (!std::exchange(*answered, true)) {
            ask(what);
        }
    });
    what->from->request({what->agency, false}, std::move(wish),
                        [this, what, answered](const route::api_response& said) {
                            const heap_scope nobodys(nullptr);
                            if (!std::exchange(*answered, true)) {
                                on_answer(what, said);
                            }
                        });
}

void case_writers::on_answer(const draft_ptr& what, const route::api_response& said) {
    if (const auto* accepted = std::get_if<response::accepted>(&said)) {
        --x_asking;
        ++x_papers;
        x_ends += is_end_kind(what->facts.kind) ? 1 : 0;
        x_requests += what->facts.kind == "hit.request" ? 1 : 0;
        x_room.note(what->from->name(),
                    "accepts " + what->facts.kind + " as " + protocol::to_text(accepted->id));
        x_room.cases.on_accepted(*what->from, accepted->id, what->facts, what->to);
        x_room.clocks.on_known(what->from->name(), accepted->id, what->facts);
        if (is_content_kind(what->facts.kind)) {
            x_contents.emplace_back(what->from, accepted->id);
        }
        if (what->then) {
            x_room.clock.after(1us, [what, id = accepted->id] { what->then(id); });
        }
        return;
    }
    const auto* problem = std::get_if<response::problem>(&said);
    DHOW_ENSURE(problem != nullptr);
    x_room.note(what->from->name(), "refuses " + what->facts.kind + ": " + problem->detail);
    const bool is_for_good = problem->code == errc::validation_failed ||
                             problem->code == errc::unauthorised ||
                             (problem->code == errc::conflict && ++what->refusals > refusals_max);
    if (!is_for_good) {
        x_room.clock.after(ask_again_after, [this, what] { ask(what); });
        return;
    }
    --x_asking;
    // A gateway that was put back to a backup has forgotten what was said, and the General
    // Secretariat may have ended a diffusion.
    const bool may_end =
        what->facts.kind.starts_with("diffusion.") && problem->detail == "its case has ended";
    // The gateway may have asked again by itself, and so used the number.
    const bool was_asked = what->facts.kind == "hit.request" && what->facts.request_no > 1 &&
                           x_room.requests_by_itself > 1 &&
                           problem->detail.starts_with("R-HIT-10 ");
    if (!may_end && !was_asked && !what->from->was_restored()) {
        x_problems.push_back("refused: " + what->facts.kind + " of " + what->from->name() + ": " +
                             problem->detail);
    }
}

template <class Function>
void case_writers::later(microseconds most, Function what) {
    ++x_planned;
    x_room.clock.after(x_room.span(most), [this, what = std::move(what)] {
        --x_planned;
        what();
    });
}

std::vector<std::string> case_writers::some_bureaus(const node* but) {
    std::vector<std::string> out;
    for (const auto* one : x_room.nodes) {
        const bool is_bureau = one->name().size() == 2 && one->name() != second_hub_name &&
                               one->name() != third_hub_name;
        if (is_bureau && one != but && (out.empty() || x_room.random.chance(0.6))) {
            out.push_back(one->name());
        }
    }
    return out;
}

void case_writers::plan(microseconds over) {
    auto& random = x_room.random;
    for (auto count = random.between(1, 3); count > 0; --count) {
        auto one = std::make_shared<notice>();
        one->entity = "2026/" + std::to_string(100 + count);
        one->steps = static_cast<unsigned>(random.between(2, 9));
        later(over, [this, one] { go_on(one); });
    }
    for (auto count = random.between(0, 2); count > 0; --count) {
        auto one = std::make_shared<diffusion>();
        one->from = x_room.nodes[random.below(3)];
        one->to = some_bureaus(one->from);
        one->to.push_back(hub_name);
        one->steps = static_cast<unsigned>(random.between(1, 5));
        later(over, [this, one] { go_on(one); });
    }
    for (auto count = random.between(0, 3); count > 0; --count) {
        auto one = std::make_shared<hit>();
        const auto finder = random.below(3);
        one->from = x_room.nodes[finder];
        one->owner = x_room.nodes[(finder + 1 + random.below(2)) % 3];
        one->is_urgent = random.chance(0.6);
        one->requests_max = static_cast<std::int64_t>(random.between(1, 3));
        later(over, [this, one] { go_on(one); });
    }
}

// Notices -------------------------------------------------------------------------------------

draft_paper case_writers::notice_paper(const std::shared_ptr<notice>& about,
                                       const std::string& kind) {
    draft_paper out;
    out.from = &x_room.at(hub_name);
    out.what = document(kind);
    out.what.entity(about->entity).version(about->version);
    out.never_expires = kind != "notice.publication";
    out.cls = kind == "notice.publication" ? message_class::routine
              : kind == "notice.addendum"  ? message_class::urgent
                                           : message_class::flash;
    out.to = some_bureaus(nullptr);
    if (kind != "notice.publication") {
        out.what.about(about->first);
    }
    return out;
}

void case_writers::go_on(const std::shared_ptr<notice>& what) {
    auto& random = x_room.random;
    const bool is_last = what->steps <= 1;
    std::string kind = "notice.publication";
    if (what->version > 0 && !what->is_ended) {
        const auto drawn = random.below(10);
        kind = is_last && random.chance(0.8)      ? "notice.cancellation"
               : what->is_suspended && drawn < 5  ? "notice.reinstatement"
               : drawn < 3                        ? "notice.addendum"
               : drawn < 6 && !what->is_suspended ? "notice.suspension"
               : drawn == 9                       ? "notice.cancellation"
                                                  : "notice.publication";
    }
    if (kind == "notice.publication") {
        what->version += random.between(1, 2);
    }
    auto paper = notice_paper(what, kind);
    paper.then = [this, what, kind](const protocol::message_id& id) {
        what->first = what->first == protocol::message_id{} ? id : what->first;
        what->is_suspended =
            kind == "notice.suspension" ||
            (what->is_suspended && kind != "notice.reinstatement" && kind != "notice.cancellation");
        what->is_ended = kind == "notice.cancellation";
        const bool goes_on = what->steps > 1 && (!what->is_ended || x_room.random.chance(0.3));
        if (goes_on) {
            --what->steps;
            later(step_max, [this, what] { go_on(what); });
        }
    };
    send(std::move(paper));
}

// Diffusions ----------------------------------------------------------------------------------

draft_paper case_writers::diffusion_paper(const std::shared_ptr<diffusion>& about,
                                          const std::string& kind) {
    draft_paper out;
    out.from = about->from;
    out.what = document(kind);
    out.to = about->to;
    if (kind == "diffusion.circulation" || kind == "diffusion.update") {
        out.what.set("/body/recipients", names_in(about->to));
    }
    if (kind != "diffusion.circulation") {
        out.what.about(about->first);
    }
    out.never_expires = kind != "diffusion.circulation";
    out.cls = is_end_kind(kind) ? message_class::flash : message_class::urgent;
    return out;
}

void case_writers::go_on(const std::shared_ptr<diffusion>& what) {
    const bool begins = what->first == protocol::message_id{};
    const bool is_last = what->steps <= 1;
    const std::string kind = begins                                 ? "diffusion.circulation"
                             : is_last && x_room.random.chance(0.8) ? "diffusion.withdrawal"
                                                                    : "diffusion.update";
    auto paper = diffusion_paper(what, kind);
    paper.then = [this, what, begins, kind](const protocol::message_id& id) {
        what->first = begins ? id : what->first;
        what->is_withdrawn = kind == "diffusion.withdrawal";
        if (begins && x_room.random.chance(0.3)) {
            later(4 * step_max, [this, what] { judge(what); });
        }
        if (what->steps > 1) {
            --what->steps;
            later(step_max, [this, what] { go_on(what); });
        }
    };
    send(std::move(paper));
}

/// The General Secretariat, once it has the diffusion.
void case_writers::judge(const std::shared_ptr<diffusion>& what) {
    const bool is_there = x_room.cases.is_at(hub_name, what->first);
    if (!is_there && (what->is_withdrawn || x_room.at(hub_name).was_restored())) {
        return;  // It was called back before it came there, or is not offered there again.
    }
    if (!is_there) {
        later(step_max, [this, what] { judge(what); });
        return;
    }
    auto paper = diffusion_paper(what, "diffusion.noncompliance");
    paper.from = &x_room.at(hub_name);
    std::erase(paper.to, hub_name);
    paper.to.push_back(what->from->name());
    send(std::move(paper));
}

// Hits ----------------------------------------------------------------------------------------

void case_writers::go_on(const std::shared_ptr<hit>& what) {
    draft_paper paper;
    paper.from = what->from;
    if (what->first == protocol::message_id{}) {
        paper.what = document("hit.notification");
        paper.to = {what->owner->name(), hub_name};
        paper.cls = message_class::flash;
        paper.then = [this, what](const protocol::message_id& id) {
            what->first = id;
            later(1min, [this, what] { go_on(what); });
        };
        send(std::move(paper));
        return;
    }
    paper.what = document("hit.request");
    paper.what.about(what->first)
        .set("/body/request_no", ++what->requests)
        .set("/body/priority", what->is_urgent ? "U" : "R");
    paper.to = {what->owner->name()};
    paper.cls = what->is_urgent ? message_class::flash : message_class::urgent;
    paper.then = [this, what](const protocol::message_id&) {
        if (what->requests < what->requests_max) {
            later(4 * step_max, [this, what] { go_on(what); });
        } else if (x_room.random.chance(0.6)) {
            later(4 * step_max, [this, what] { close(what); });
        }
    };
    send(std::move(paper));
}

void case_writers::close(const std::shared_ptr<hit>& what) {
    draft_paper paper;
    paper.from = what->from;
    paper.what = document("hit.outcome");
    paper.what.about(what->first);
    paper.to = {what->owner->name(), hub_name};
    paper.cls = message_class::urgent;
    send(std::move(paper));
}

}  // namespace dhow::sim
