// People who carry sticks between the bureaus of the simulator.
// Way of the message: see couriers.hpp.
// Pure.
// Spec: docs/simulator.md#couriers. Tests: sim.
// Limits: see couriers.hpp.
#include "tests/sim/couriers.hpp"

#include "tests/sim/heap.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dhow::sim {

namespace limits = protocol::limits;
namespace request = route::request;
namespace response = route::response;

namespace {
const route::caller operator_{"", true};
constexpr std::uint64_t rest_s_max = 60;
}  // namespace

microseconds couriers::some_time(std::uint64_t seconds_max) {
    return std::chrono::seconds{static_cast<std::int64_t>(x_random.between(1, seconds_max))};
}

template <class Response, class Function>
void couriers::ask(node& at, route::api_request what, Function then) {
    if (!at.is_alive() || !at.gateway().is_ready()) {
        then(static_cast<const Response*>(nullptr));
        return;
    }
    at.request(operator_, std::move(what), [then = std::move(then)](route::api_response said) {
        const heap_scope nobodys(nullptr);  // A stick is no gateway's memory.
        then(static_cast<const Response*>(std::get_if<Response>(&said)));
    });
}

void couriers::plan(std::vector<node*> nodes) {
    x_nodes = std::move(nodes);
    x_rest_s_max = x_random.between(30, 360);
    constexpr std::array<std::uint64_t, 3> ways_s{30, 300, 1'200};
    x_way_s_max = ways_s.at(x_random.below(ways_s.size()));
    plan_next();
}

void couriers::plan_next() {
    x_clock.after(some_time(x_rest_s_max), [this] {
        if (!x_is_over) {
            set_out();
            plan_next();
        }
    });
}

void couriers::set_out() {
    auto made = std::make_shared<stick>();
    const auto first = x_random.below(x_nodes.size());
    const auto step = 1 + x_random.below(x_nodes.size() - 1);
    made->from = x_nodes[first];
    made->to = x_nodes[(first + step) % x_nodes.size()];
    request::courier_export wish;
    wish.to = *protocol::bureau_id::parse(made->to->name());
    wish.volume_bytes = limits::courier_volume_bytes_min;
    wish.volumes_max = static_cast<std::uint32_t>(x_random.between(1, 4));
    ask<response::courier_job>(*made->from, wish, [this, made](const auto* begun) {
        if (begun != nullptr) {
            made->job = begun->job;
            write_on(made, 1);
        }
    });
}

void couriers::write_on(const stick_ptr& what, std::uint32_t part) {
    ask<response::courier_part>(
        *what->from, request::courier_part{what->job, part}, [this, what, part](const auto* got) {
            if (got == nullptr) {
                return;  // It died, or an object went: the command takes its files away.
            }
            const protocol::byte_view all(got->data);
            const auto head =
                *protocol::decode_part_head(all.first(protocol::part_head::size_bytes));
            what->volumes.resize(head.volume);
            const auto data = all.subspan(protocol::part_head::size_bytes);
            what->volumes.back().insert(what->volumes.back().end(), data.begin(), data.end());
            const auto rest = microseconds{static_cast<std::int64_t>(x_random.between(1, 5'000))};
            x_clock.after(rest, [this, what, part, is_over = head.ends_bundle] {
                if (!is_over) {
                    write_on(what, part + 1);
                    return;
                }
                ask<response::courier_report>(
                    *what->from, request::courier_export_end{what->job, true}, [](const auto*) {});
                travel(what);
            });
        });
}

void couriers::travel(const stick_ptr& what) {
    ++x_done.sticks;
    x_note(what->from->name(), "a courier leaves for " + what->to->name() + " with " +
                                   std::to_string(what->volumes.size()) + " volumes");
    if (x_random.chance(0.1)) {
        ++x_done.lost;
        return;
    }
    if (x_random.chance(0.25)) {
        ++x_done.damaged;
        auto& volume = what->volumes[x_random.below(what->volumes.size())];
        if (x_random.chance(0.3)) {
            volume.resize(x_random.below(volume.size()) + 1);
        }
        for (auto holes = x_random.between(1, 5); holes > 0; --holes) {
            const auto from = x_random.below(volume.size());
            const auto size =
                std::min<std::size_t>(x_random.between(1, 5'000), volume.size() - from);
            for (std::size_t i = 0; i < size; ++i) {
                volume[from + i] = static_cast<std::uint8_t>(x_random.below(256));
            }
        }
    }
    if (what->volumes.size() > 1 && x_random.chance(0.2)) {
        what->volumes.erase(what->volumes.begin() +
                            static_cast<std::ptrdiff_t>(x_random.below(what->volumes.size())));
    }
    what->is_twice = x_random.chance(0.2);
    x_clock.after(some_time(x_way_s_max), [this, what] { arrive(what); });
}

void couriers::arrive(const stick_ptr& what) {
    if (!what->to->is_alive() || !what->to->gateway().is_ready()) {
        // Whoever reads it tries again later.
        x_clock.after(some_time(rest_s_max), [this, what] { arrive(what); });
        return;
    }
    what->volume = 0;
    what->to_life = what->to->life();
    read_volume(what);
}

void couriers::read_volume(const stick_ptr& what) {
    if (what->volume == what->volumes.size()) {
        ++x_done.read;
        if (std::exchange(what->is_twice, false)) {
            ++x_done.twice;
            x_clock.after(some_time(x_way_s_max), [this, what] { arrive(what); });
        }
        return;
    }
    begin_volume(what, true);
}

void couriers::begin_volume(const stick_ptr& what, bool front) {
    const protocol::byte_view all(what->volumes[what->volume]);
    constexpr auto head_bytes = protocol::volume_head::size_bytes;
    protocol::bytes letter;
    if (all.size() >= head_bytes) {
        const auto bytes = front ? all.first(head_bytes) : all.last(head_bytes);
        const auto head = protocol::decode_volume_head(bytes);
        auto layout = head ? front ? protocol::result<protocol::volume_layout>(
                                         protocol::layout_from_front(*head, all.size()))
                                   : protocol::layout_from_back(*head, all.size())
                           : protocol::result<protocol::volume_layout>(protocol::errc::truncated);
        if (layout && layout->letter_at + head->letter_bytes() <= all.size()) {
            what->layout = *layout;
            letter = protocol::to_bytes(bytes);
            const auto text = all.subspan(layout->letter_at, head->letter_bytes());
            letter.insert(letter.end(), text.begin(), text.end());
        }
    }
    const auto otherwise = [this, what, front] {
        if (front) {
            begin_volume(what, false);
        } else {
            ++what->volume;
            read_volume(what);
        }
    };
    if (letter.empty()) {
        otherwise();
        return;
    }
    ask<response::courier_job>(
        *what->to, request::courier_import{std::move(letter), false},
        [this, what, otherwise](const auto* begun) {
            if (begun == nullptr) {
                if (what->to->life() == what->to_life && what->to->is_alive()) {
                    otherwise();
                } else {
                    x_clock.after(some_time(rest_s_max), [this, what] { arrive(what); });
                }
                return;
            }
            what->job = begun->job;
            what->place = 0;
            read_on(what);
        });
}

void couriers::read_on(const stick_ptr& what) {
    if (what->place == what->layout.cells) {
        end_volume(what);
        return;
    }
    const auto count =
        std::min<std::uint64_t>(limits::courier_cells_a_part, what->layout.cells - what->place);
    const auto& volume = what->volumes[what->volume];
    const auto cell = protocol::sealed_cell_bytes();
    const auto from =
        volume.begin() + static_cast<std::ptrdiff_t>(what->layout.cells_at + what->place * cell);
    protocol::bytes cells(from, from + static_cast<std::ptrdiff_t>(count * cell));
    const auto place = std::exchange(what->place, what->place + count);
    // The power may go while nobody answers: then the stick is read again from its beginning.
    x_clock.after(std::chrono::minutes{2},
                  [this, what, place, volume_read = what->volume, life = what->to_life] {
                      const bool is_stuck = what->place == place + limits::courier_cells_a_part &&
                                            what->volume == volume_read && what->to_life == life &&
                                            what->to->life() != life;
                      if (is_stuck) {
                          arrive(what);
                      }
                  });
    ask<response::done>(*what->to, request::courier_cells{what->job, place, std::move(cells)},
                        [this, what](const auto* taken) {
                            if (taken != nullptr) {
                                read_on(what);
                            } else {
                                x_clock.after(some_time(rest_s_max),
                                              [this, what] { arrive(what); });
                            }
                        });
}

void couriers::end_volume(const stick_ptr& what) {
    ask<response::courier_report>(
        *what->to, request::courier_import_end{what->job}, [this, what](const auto* report) {
            if (report != nullptr) {
                x_done.records += report->taken;
                x_note(what->to->name(), "a courier has brought " + std::to_string(report->taken) +
                                             " new, " + std::to_string(report->known) + " known, " +
                                             std::to_string(report->lost) + " lost");
            }
            ++what->volume;
            read_volume(what);
        });
}

}  // namespace dhow::sim
