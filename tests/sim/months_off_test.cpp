// A bureau that is off for 200 days, while notices and a diffusion end and all keys change: what
// has ended takes effect there before anything that was published is released.
// Way of the message: IPSG -> ZW, MU -> IPSG -> ZW, with ZW without power; see scenario.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#scenarios, docs/decisions/0017. Tests: this is one.
// Limits: some seconds; nobody dials a machine that is off.
#include "daemon/store/names.hpp"
#include "tests/sim/cases_checks.hpp"
#include "tests/sim/scenario.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
using protocol::message_class;
using protocol::message_id;

constexpr microseconds one_day = 24h;
constexpr std::chrono::days long_life{390};
const std::string away = "ZW";
const std::string writer = "MU";

/// The order in which messages came into the inbox of one bureau.
class inbox_order final : public commit_watcher {
public:
    void on_committed(node& at, const store::transaction& what) override {
        for (const auto& change : what.changes) {
            if (const auto* put = std::get_if<store::operation::put_inbox>(&change);
                put != nullptr && at.name() == away) {
                all.push_back(put->row.id);
            }
        }
    }
    void on_backed_up(const node&) override {}
    void on_restored(const node&) override {}
    std::vector<message_id> all;
};

config::link quiet(config::link link) {
    link.metered = true;  // No pings for half a year.
    return link;
}

struct off_options {
    bool forgets_old_keys = false;  ///< The directory drops them, as after an end of their life.
};

class months_off {
public:
    explicit months_off(const off_options& options)
        : x_options(options),
          x_world({.seed = 1,
                   .bureaus = {away, writer},
                   .adjust =
                       [](config::gateway& one) {
                           std::ranges::transform(one.links, one.links.begin(), quiet);
                           for (auto& times : one.times) {
                               times.send_again_after = std::chrono::days{30};
                           }
                       },
                   .limits = {.watch_interval = 1h}}) {
        x_world.book.add_watcher(order);
    }

    template <class Response>
    Response ask(const std::string& at, route::api_request what) {
        std::optional<route::api_response> said;
        const bool is_operator = std::holds_alternative<route::request::case_of>(what);
        x_world.at(at).request({is_operator ? "" : "desk", is_operator}, std::move(what),
                               [&](route::api_response answer) { said = std::move(answer); });
        while (!said && x_world.clock.step()) {
        }
        BOOST_REQUIRE(said.has_value());
        BOOST_REQUIRE(std::holds_alternative<Response>(*said));
        return std::get<Response>(*said);
    }

    message_id say(const std::string& from, const document& what, std::vector<std::string> to,
                   message_class cls) {
        route::request::submit wish;
        const auto text = what.text(from, to, x_world.clock.now());
        wish.kind = what.kind();
        wish.subject = "synthetic";
        wish.media_type = "application/json";
        wish.cls = cls;
        wish.to = std::move(to);
        wish.text.assign(text.begin(), text.end());
        wish.never_expires = cls == message_class::flash;
        if (!wish.never_expires) {
            wish.time_to_live = long_life;
        }
        const auto id = ask<route::response::accepted>(from, std::move(wish)).id;
        x_world.run_for(1min);
        return id;
    }

    message_id notice(const std::string& kind, const std::string& entity, std::uint64_t version,
                      message_class cls) {
        document made("notice." + kind);
        made.entity(entity).version(version);
        return say(hub_name, made, {away, writer}, cls);
    }

    /// Half a year in which most of it happens; nobody there hears of it.
    void pass() {
        x_world.run_for(1min);
        first = notice("publication", "2026/1", 1, message_class::routine);
        ask<route::response::done>(away, route::request::acknowledge{first, true, "", false});
        x_world.run_for(1min);
        x_world.at(away).switch_off();
        second = notice("publication", "2026/1", 2, message_class::routine);
        document circulation("diffusion.circulation");
        circulation.set("/body/recipients", boost::json::array{away});
        diffusion = say(writer, circulation, {away, hub_name}, message_class::urgent);
        x_world.run_for(10 * one_day);
        end = notice("cancellation", "2026/1", 2, message_class::flash);
        document withdrawal("diffusion.withdrawal");
        withdrawal.about(diffusion);
        withdrawn = say(writer, withdrawal, {away, hub_name}, message_class::flash);
        x_world.run_for(50 * one_day);
        control = notice("publication", "2026/2", 1, message_class::routine);
        x_world.run_for(40 * one_day);
        change_keys();
        x_world.run_for(100 * one_day);
        came_back_at = x_world.clock.elapsed();
        x_world.at(away).start();
        x_world.run_for(2h);
    }

    /// All sign and are sealed to by new keys; the old ones stay known for 60 days, or for ever.
    void change_keys() {
        auto newer = x_world.at(hub_name).directory();
        for (auto& entry : newer.entries) {
            auto old = entry.keys;
            for (auto& key : old) {
                if (key.purpose == protocol::key_purpose::archive) {
                    continue;  // Our own copies are opened by it.
                }
                auto next = key;
                next.id.value[0] ^= 0xffU;
                next.certificate.push_back(0x01);
                entry.keys.push_back(next);
            }
            for (auto& key : entry.keys) {
                const bool is_old =
                    std::ranges::find(old, key.id, &protocol::directory_key::id) != old.end() &&
                    key.purpose != protocol::key_purpose::archive;
                key.current = is_old ? false : key.current;
            }
        }
        hand_out(newer);
        if (x_options.forgets_old_keys) {
            x_world.clock.after(60 * one_day, [this, newer]() mutable {
                for (auto& entry : newer.entries) {
                    std::erase_if(entry.keys, [](const auto& key) {
                        return !key.current && key.purpose == protocol::key_purpose::encrypt;
                    });
                }
                hand_out(newer);
            });
        }
    }

    void hand_out(protocol::directory& newer) {
        newer.head.serial += 1;
        newer.head_digest.value[0] ^= static_cast<std::uint8_t>(newer.head.serial);
        const auto made = std::make_shared<const protocol::directory>(newer);
        for (const auto& name : {away, writer, hub_name}) {
            x_world.at(name).take_directory(made);
        }
    }

    std::string state_at_return(const message_id& id) {
        const auto all =
            ask<route::response::inbox>(away, route::request::list_inbox{0, 100, false}).entries;
        const auto found = std::ranges::find(all, id, &route::response::inbox_entry::id);
        return found == all.end() ? "none" : std::string(store::to_text(found->state));
    }

    /// Of kind, origin: where in the order of arrivals; nothing: it is not there.
    std::vector<std::size_t> places_of(const std::string& kind) {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < order.all.size(); ++i) {
            std::optional<route::api_response> said;
            x_world.at(away).request({"desk", false}, route::request::open_inbox{order.all[i]},
                                     [&](route::api_response answer) { said = answer; });
            while (!said && x_world.clock.step()) {
            }
            const auto* opened = said ? std::get_if<route::response::opened>(&*said) : nullptr;
            if (opened != nullptr && opened->content.kind == kind) {
                out.push_back(i);
            }
        }
        return out;
    }

    void check() {
        const auto ends = places_of("notice.cancellation");
        const auto withdrawals = places_of("diffusion.withdrawal");
        BOOST_REQUIRE(!ends.empty());
        BOOST_REQUIRE(!withdrawals.empty());
        // The first is what it took before it was off.
        BOOST_TEST((order.all.front() == first));
        for (std::size_t i = 1; i < order.all.size(); ++i) {
            const auto& id = order.all[i];
            const bool is_content = id == second || id == diffusion || id == control;
            BOOST_TEST((!is_content || (i > ends.front() && i > withdrawals.front())));
        }
        const auto of_second = state_at_return(second);
        const auto of_diffusion = state_at_return(diffusion);
        BOOST_TEST((of_second == "none" || of_second == "late"), of_second);
        BOOST_TEST((of_diffusion == "none" || of_diffusion == "late"), of_diffusion);
        BOOST_TEST(state_at_return(control) == (x_options.forgets_old_keys ? "none" : "offered"));
        remove_all();
        for (const auto& name : {std::string("2026/1"), protocol::to_text(diffusion)}) {
            const auto by = name == "2026/1" ? hub_name : writer;
            const auto report =
                ask<route::response::case_report>(by, route::request::case_of{name});
            const auto own = std::ranges::find_if(
                report.states, [&](const auto& one) { return one.owner.text() == by; });
            BOOST_REQUIRE((own != report.states.end()));
            BOOST_TEST(own->is_complete, name);
        }
        BOOST_TEST(x_world.book.problems().empty());
    }

    void remove_all() {
        for (const auto& bureau : {away, writer}) {
            const auto all =
                ask<route::response::inbox>(bureau, route::request::list_inbox{0, 100, true});
            for (const auto& one : all.entries) {
                ask<route::response::done>(bureau,
                                           route::request::acknowledge{one.id, false, "", true});
            }
        }
        x_world.run_for(1h);
    }

    inbox_order order;
    message_id first, second, control, end, diffusion, withdrawn;
    microseconds came_back_at{0};

private:
    off_options x_options;
    scenario x_world;
};
}  // namespace

BOOST_AUTO_TEST_SUITE(months_off_test)

BOOST_AUTO_TEST_CASE(after_200_days_what_has_ended_is_known_before_anything_is_released) {
    months_off months({});
    months.pass();
    months.check();
}

// Nothing that was sealed to the old keys can be opened any more: ends were issued again.
BOOST_AUTO_TEST_CASE(also_when_the_old_keys_are_gone) {
    months_off months({.forgets_old_keys = true});
    months.pass();
    months.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
