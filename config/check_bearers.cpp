// Bearers that cannot do what was meant: windows for classes that the link never carries, quotas
// beyond which nothing passes, dearer links that nothing may use, flash beside nothing, a
// congestion control that the kernel has not.
// Way of the message: see check.hpp.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_bearers_test.cpp.
// Limits: none.
#include "config/checker.hpp"

#include <algorithm>

namespace dhow::config {

namespace {

bool holds(const std::vector<message_class>& classes, message_class cls) {
    return classes.empty() || std::ranges::find(classes, cls) != classes.end();
}

void check_windows(checker& all, const link& one, const std::string& path) {
    for (std::size_t i = 0; i < one.windows.size(); ++i) {
        const bool is_of_use =
            std::ranges::any_of(one.windows[i].classes,
                                [&](message_class cls) { return holds(one.classes, cls); }) ||
            one.windows[i].classes.empty();
        if (!is_of_use) {
            all.warning(path, "unused-window",
                        path + ".windows." + std::to_string(i) +
                            " names only classes that the link never carries",
                        "Add them to classes: of the link, or remove the window.");
        }
    }
    const auto flash = message_class::flash;
    const bool binds_flash = std::ranges::any_of(
        one.windows, [](const auto& window) { return holds(window.classes, flash); });
    if (binds_flash && holds(one.classes, flash)) {
        all.warning(path, "flash-in-window", path + ": a window names flash, so flash waits for it",
                    "Name the classes that are to wait, without flash.");
    }
}

void check_use(checker& all, const link& one, const std::string& path) {
    if (one.quota.month_bytes == 0) {
        return;
    }
    const bool carries_beyond = std::ranges::any_of(
        one.quota.beyond, [&](message_class cls) { return holds(one.classes, cls); });
    if (!carries_beyond) {
        all.warning(path, "quota-stops-all",
                    path + ": beyond its quota nothing passes, not even flash",
                    "Name in quota.beyond: what is then still allowed.");
    }
}

/// Whether a link of the peer that costs less carries the class.
bool has_cheaper(const checker& all, const link& one, message_class cls) {
    return std::ranges::any_of(all.settings.links, [&](const link& other) {
        return other.peer == one.peer && other.cost < one.cost &&
               other.mode != link_mode::courier && holds(other.classes, cls);
    });
}

void check_cost(checker& all, const link& one, const std::string& path) {
    for (std::size_t i = 0; i < protocol::message_class_count; ++i) {
        const auto cls = static_cast<message_class>(i);
        if (holds(one.classes, cls) &&
            (!has_cheaper(all, one, cls) || all.settings.times[i].dearer_after)) {
            return;
        }
    }
    all.warning(path, "unused-link",
                path + " costs more than another link to " + std::string(one.peer.text()) +
                    ", and no class that it carries may ever use a dearer one",
                "Set dearer_after of a class, or give the links one cost.");
}

void check_beside(checker& all, const link& one, const std::string& path) {
    if (one.flash_beside == link_beside::never) {
        return;
    }
    const bool has_other = std::ranges::any_of(all.settings.links, [&](const link& other) {
        return other.peer == one.peer && other.name != one.name && other.mode != link_mode::courier;
    });
    if (!has_other || !holds(one.classes, message_class::flash) || one.mode == link_mode::courier) {
        all.warning(path, "nothing-beside",
                    path + ".flash_beside has no effect: " +
                        (has_other ? "the link carries no flash" : "its peer has no other link"),
                    "Remove it, or add what is missing.");
    }
}

void check_congestion(checker& all, const link& one, const std::string& path) {
    const auto& troubles = all.facts.congestion_troubles;
    const auto found =
        std::ranges::find(troubles, one.congestion, [](const auto& what) { return what.which; });
    if (found != troubles.end()) {
        all.warning(path, "no-such-congestion", path + ".congestion: " + found->text, found->hint);
    }
}

}  // namespace

void check_bearers(checker& all) {
    for (const auto& one : all.settings.links) {
        const auto path = "links." + one.name;
        check_windows(all, one, path);
        check_use(all, one, path);
        check_cost(all, one, path);
        check_beside(all, one, path);
        check_congestion(all, one, path);
    }
}

}  // namespace dhow::config
