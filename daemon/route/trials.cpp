// Trials of links.
// Way of the message: see trials.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0008-who-dials-when.md. Tests: unit/route/trials_test.cpp.
// Limits: see trials.hpp.
#include "daemon/route/trials.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

std::string_view text_of(trial_step step) {
    switch (step) {
        case trial_step::name:
            return "name";
        case trial_step::tcp:
            return "tcp";
        case trial_step::tls:
            return "tls";
        case trial_step::identity:
            return "identity";
        case trial_step::hello:
            return "hello";
    }
    return "";
}

/// A key, a certificate or a directory is wrong, not the line.
bool is_about_trust(trial_step step, errc code) {
    switch (code) {
        case errc::peer_not_pinned:
        case errc::hello_refused:
        case errc::clone_detected:
        case errc::unknown_key:
        case errc::wrong_key_owner:
        case errc::key_not_allowed:
        case errc::bad_signature:
            return true;
        default:
            return step == trial_step::identity;
    }
}

std::string remedy_of(trial_step step, errc code) {
    if (step == trial_step::name) {
        return "Check the name in the configuration or the directory, and the name servers.";
    }
    if (step == trial_step::hello && code == errc::busy) {
        return "The peer takes no session from us: its operator has suspended us. Ask there.";
    }
    if (step == trial_step::hello && code == errc::protocol_violation) {
        return "Whoever answers there does not wait for our HELLO: ask the peer what runs there.";
    }
    return std::string(protocol::hint_of(code));
}

std::string signed_seconds(milliseconds value) {
    const auto tenths = value.count() / 100;
    const auto size = tenths < 0 ? -tenths : tenths;
    return (tenths < 0 ? "-" : "+") + std::to_string(size / 10) + "." + std::to_string(size % 10) +
           " s";
}

}  // namespace

void trials::start(const std::string& link_or_peer, const answer_to& answer) {
    const auto names = x_peers.named(link_or_peer);
    if (names.empty()) {
        answer(refusal(errc::not_found, "no such link, and no link to such a peer"));
        return;
    }
    if (x_core.stopping) {
        answer(refusal(errc::shutting_down, "the gateway stops"));
        return;
    }
    const auto peer = x_peers.links().at(names.front()).settings.peer;
    if (x_peers.is_suspended(peer)) {
        answer(refusal(errc::conflict, "the peer is suspended, so it is not dialled: " +
                                           x_peers.find(peer)->row.suspended));
        return;
    }
    std::vector<std::pair<std::string, std::string>> ways;
    for (const auto& name : names) {
        for (const auto& address : x_peers.addresses_of(x_peers.links().at(name))) {
            ways.emplace_back(name, address);
        }
    }
    ways.resize(std::min(ways.size(), limits::trials_open_max));
    if (x_open.size() + ways.size() > limits::trials_open_max) {
        answer(refusal(errc::overloaded, "other trials are under way", std::chrono::seconds{10}));
        return;
    }
    const auto up = x_core.session_with(peer);
    if (ways.empty() && !up) {
        answer(refusal(errc::conflict,
                       "only the peer can set up this link, and it has not; it cannot be tried "
                       "from here"));
        return;
    }
    auto made = std::make_shared<run>();
    made->report.peer = peer;
    made->answer = answer;
    if (up) {
        made->report.session_since = x_core.sessions.at(*up).since;
    }
    for (const auto& [name, address] : ways) {
        begin(made, name, address);
    }
    if (ways.empty()) {
        answer(std::move(made->report));
    }
}

void trials::begin(const std::shared_ptr<run>& of, const std::string& link,
                   const std::string& address) {
    of->report.trials.push_back({.link = link, .address = address, .steps = {}, .remedy = {}});
    x_open[++x_last] = {of, of->open++, x_core.now};
    x_core.out.dial({.link = link,
                     .peer = of->report.peer,
                     .address = address,
                     .trial = x_last,
                     .local = x_peers.links().at(link).settings.local});
}

void trials::note(open_trial& open, trial_step step, errc code, std::string text) {
    auto& trial = open.of->report.trials[open.place];
    trial.steps.push_back(
        {std::string(text_of(step)), code, std::move(text), x_core.now - open.step_began});
    trial.is_trust = code != errc{} && is_about_trust(step, code);
    open.step_began = x_core.now;
}

void trials::on_step(trial_number trial, trial_step step, errc code, std::string text) {
    const auto found = x_open.find(trial);
    if (found == x_open.end()) {
        return;
    }
    note(found->second, step, code, std::move(text));
    if (code != errc{}) {
        finish(trial, false, remedy_of(step, code));
    }
}

void trials::on_established(session_number number) {
    const auto& record = x_core.sessions.at(number);
    auto* session = x_core.session(number);
    if (!record.is_dialler) {
        return receive(number, record);
    }
    if (const auto found = x_open.find(record.trial); found != x_open.end()) {
        const auto& said = session->peer();
        //= LP-74
        const std::string clock =
            said.time == utc_time{} ? "not known there" : signed_seconds(said.time - x_core.now);
        note(found->second, trial_step::hello, errc{},
             "signed by " + std::string(said.bureau.text()) + "; directory serial " +
                 std::to_string(said.directory_serial) + " (ours " +
                 std::to_string(x_core.directory->head.serial) + "), clock " + clock);
        finish(record.trial, true, {});
    }
    session->goodbye(errc::trial_over, std::chrono::seconds{0}, x_core.now);
}

// The peer ends it when it has verified our HELLO, which takes some time: were it ended here, the
// end could come first.
//= LP-27
void trials::receive(session_number number, const session_record& record) {
    const auto open = std::ranges::count_if(
        x_guests, [&](const auto& one) { return one.second.peer == record.peer; });
    if (static_cast<std::size_t>(open) >= limits::trials_open_max) {
        x_core.session(number)->goodbye(errc::overloaded, std::chrono::seconds{0}, x_core.now);
        return;
    }
    x_guests[number] = {record.peer, x_core.now + limits::handshake_time_max};
    x_core.out.log(log_level::info, "link-tried", "by peer " + std::string(record.peer.text()));
}

void trials::on_deadline() {
    for (const auto& [number, one] : x_guests) {
        if (one.end_by <= x_core.now) {
            x_core.session(number)->goodbye(errc::timed_out, std::chrono::seconds{0}, x_core.now);
        }
    }
    std::erase_if(x_guests, [this](const auto& one) { return one.second.end_by <= x_core.now; });
}

std::optional<utc_time> trials::next_deadline() const {
    std::optional<utc_time> first;
    for (const auto& [number, one] : x_guests) {
        first = first ? std::min(*first, one.end_by) : one.end_by;
    }
    return first;
}

void trials::on_ended(session_number number, const protocol::session_end& how) {
    x_guests.erase(number);
    const auto& record = x_core.sessions.at(number);
    const auto found = x_open.find(record.trial);
    if (found == x_open.end()) {
        return;
    }
    const auto code = protocol::errc_of(how.code);
    if (x_peers.is_suspended(record.peer)) {
        note(found->second, trial_step::hello, errc::cancelled,
             "the peer was suspended here meanwhile");
        finish(record.trial, false, "`dhow link resume` lets it be dialled again.");
        return;
    }
    if (code == errc::unknown_critical) {
        note(found->second, trial_step::hello, errc{},
             "not tried: the peer's version knows no trials");
        finish(record.trial, true, {});
        return;
    }
    note(found->second, trial_step::hello, code,
         how.code.message() + (how.detail.empty() ? "" : ": " + how.detail));
    finish(record.trial, false, remedy_of(trial_step::hello, code));
}

void trials::finish(trial_number trial, bool is_good, std::string remedy) {
    const auto of = x_open.at(trial).of;
    auto& done = of->report.trials[x_open.at(trial).place];
    done.is_good = is_good;
    done.remedy = std::move(remedy);
    x_open.erase(trial);
    if (--of->open == 0) {
        of->answer(std::move(of->report));
    }
}

}  // namespace dhow::route
