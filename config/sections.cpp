// The scalar sections of the main file: bureau, storage, keys, trust, listen, classes, api, log.
// Way of the message: see sections.hpp.
// Pure.
// Spec: docs/configuration.md. Tests: unit/config/load_test.cpp.
// Limits: time_to_live_max; the bounds written here are explained in docs/configuration.md.
#include "config/sections.hpp"

#include "config/answer_entries.hpp"
#include "config/entries.hpp"
#include "config/value_kinds.hpp"
#include "protocol/kinds/registry.hpp"
#include "protocol/limits.hpp"

namespace dhow::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
namespace limits = protocol::limits;

constexpr std::uint64_t storage_bytes_min = 64 * limits::mib;  ///< Schema, log and a few messages.
constexpr std::uint64_t storage_bytes_max = 1ULL << 50;
constexpr days kept_max{3650};             ///< Ten years, the longest retention that laws ask for.
constexpr std::uint64_t signers_max = 16;  ///< More than any federation has key holders.

void read_bureau(load_context& context, const yaml_node& node, gateway& out) {
    section bureau(context, node, "bureau", "bureau");
    bureau.required_value("id", out.bureau, bureau_kind);
    out.bureau_name = std::string(out.bureau.text());
    bureau.value("name", out.bureau_name, text_kind);
}

void read_storage(load_context& context, const yaml_node& node, gateway& out) {
    section storage(context, node, "storage", "storage");
    auto& disk = out.disk_settings;
    storage.file_path("directory", out.state_directory);
    storage.value("max", disk.max_bytes, size_kind);
    if (const auto* max = storage.find("max");
        max != nullptr && disk.max_bytes != 0 &&
        (disk.max_bytes < storage_bytes_min || disk.max_bytes > storage_bytes_max)) {
        context.report(severity::error, max->line, "wrong-value",
                       "storage.max: found `" + max->text + "`, expected 64MiB to 1024TiB");
    }
    if (const auto* free = storage.find("free")) {
        section levels(context, *free, "storage.free", "storage.free");
        levels.value("soft", disk.soft_free, percent_kind);
        levels.value("hard", disk.hard_free, percent_kind);
        levels.value("floor", disk.floor_free, percent_kind);
    }
    storage.duration("backup_window", disk.backup_window, minutes{0}, limits::time_to_live_max);
    storage.duration("retention", disk.retention, hours{1}, kept_max);
}

void read_keys(load_context& context, const yaml_node& node, gateway& out) {
    section keys(context, node, "keys", "keys");
    for (const auto key : {"link", "sign", "encrypt", "at_rest", "link_certificate"}) {
        keys.require(key);
    }
    keys.secret("link", out.keys.link, section::uri::allowed);
    keys.secret("sign", out.keys.sign, section::uri::allowed);
    keys.secret("encrypt", out.keys.encrypt, section::uri::allowed);
    keys.secret_list("older_encrypt", out.keys.older_encrypt);
    keys.secret("at_rest", out.keys.at_rest, section::uri::refused);
    keys.secret("passphrase", out.keys.passphrase, section::uri::refused);
    keys.file_path("link_certificate", out.keys.link_certificate);
}

void read_trust(load_context& context, const yaml_node& node, gateway& out) {
    section trust(context, node, "trust", "trust");
    auto& settings = out.trust_settings;
    if (trust.require("directory") != nullptr) {
        trust.file_path("directory", settings.directory);
    }
    trust.required_list("anchors", settings.anchors, text_kind);
    for (auto& anchor : settings.anchors) {
        anchor = context.resolve(anchor);
    }
    std::uint64_t threshold = settings.threshold;
    trust.number("threshold", threshold, 1, signers_max);
    settings.threshold = static_cast<std::uint32_t>(threshold);
    trust.required_value("federation", settings.federation, text_kind);
}

void read_dearer_after(section& one, std::optional<seconds>& out) {
    const auto* found = one.find("dearer_after");
    if (found == nullptr) {
        return;
    }
    if (found->text == "never") {
        out.reset();
        return;
    }
    seconds read = out.value_or(seconds{0});
    one.duration("dearer_after", read, seconds{0}, limits::time_to_live_max);
    out = read;
}

void read_classes(load_context& context, const yaml_node& node, gateway& out) {
    section classes(context, node, "classes", "classes");
    for (std::size_t i = 0; i < protocol::message_class_count; ++i) {
        const auto name = to_text(static_cast<message_class>(i));
        const auto* times = classes.find(name);
        if (times == nullptr) {
            continue;
        }
        section one(context, *times, classes.path_of(name), "classes.*");
        const auto* again = one.find("send_again_after");
        if (again != nullptr && again->text == "never") {
            out.times[i].send_again_after = seconds{0};
        } else {
            one.duration("send_again_after", out.times[i].send_again_after, minutes{1},
                         limits::time_to_live_max);
        }
        one.duration("expires_after", out.times[i].expires_after, minutes{1},
                     limits::time_to_live_max);
        read_dearer_after(one, out.times[i].dearer_after);
    }
}

void read_api(load_context& context, const yaml_node& node, gateway& out) {
    section api(context, node, "api", "api");
    const auto* socket = api.find("unix_socket");
    if (socket != nullptr && socket->text == "none") {
        out.api.unix_socket.clear();
    } else {
        api.file_path("unix_socket", out.api.unix_socket);
    }
    if (const auto* found = api.find("tls")) {
        section tls(context, *found, "api.tls", "api.tls");
        tls.required_value("address", out.api.tls_address, address_kind);
        if (tls.require("certificate") != nullptr) {
            tls.file_path("certificate", out.api.tls_certificate);
        }
        if (tls.require("key") != nullptr) {
            tls.secret("key", out.api.tls_key, section::uri::allowed);
        }
    }
}

void read_version(section& top, gateway& out) {
    std::uint64_t version = out.version;
    if (top.require("version") != nullptr) {
        top.number("version", version, 1, 1);
    }
    out.version = static_cast<std::uint32_t>(version);
}

void read_lists(section& top, gateway& out) {
    top.list("listen", out.listen, address_kind);
    if (top.find("operators") != nullptr) {
        out.operator_users.clear();
        top.list("operators", out.operator_users, user_kind);
    }
    top.value("duty_desk", out.duty_desk, name_kind);
}

}  // namespace

gateway defaults() {
    gateway out;
    out.state_directory = "/var/lib/dhow";
    out.api.unix_socket = "/run/dhow/api.sock";
    out.operator_users = {"root"};
    out.times = {class_times{minutes{10}, days{7}, limits::dearer_after_flash},
                 class_times{hours{4}, days{30}, limits::dearer_after_urgent},
                 class_times{hours{24}, days{60}, limits::dearer_after_routine},
                 class_times{days{3}, days{30}, std::nullopt}};
    for (const auto& [code, parent] : kinds::registry::in_force().list("sub_bureaus").codes) {
        const auto id = bureau_id::parse(code);
        const auto through = bureau_id::parse(parent);
        if (id && through) {
            out.sub_bureaus.emplace(*id, *through);
        }
    }
    return out;
}

std::vector<std::string> read_main(load_context& context, const yaml_node& root, gateway& out) {
    section top(context, root, "", "");
    if (root.type != yaml_node::kind::map) {
        return {};
    }
    read_version(top, out);
    using reader = void (*)(load_context&, const yaml_node&, gateway&);
    struct part {
        std::string_view key;
        reader read;
        bool is_required;
    };
    for (const auto& one : {part{"bureau", read_bureau, true}, part{"keys", read_keys, true},
                            part{"trust", read_trust, true}, part{"storage", read_storage, false},
                            part{"classes", read_classes, false}, part{"api", read_api, false},
                            part{"answers", read_answers, false}}) {
        const auto* node = one.is_required ? top.require(one.key) : top.find(one.key);
        if (node != nullptr) {
            one.read(context, *node, out);
        }
    }
    if (const auto* log = top.find("log")) {
        section(context, *log, "log", "log").value("level", out.log_level, log_level_kind);
    }
    read_lists(top, out);
    read_entries(top, out);
    std::vector<std::string> patterns;
    top.list("include", patterns, text_kind);
    for (auto& pattern : patterns) {
        pattern = context.resolve(pattern);
    }
    return patterns;
}

void read_included(load_context& context, const yaml_node& root, gateway& out) {
    section top(context, root, "", "include.*");
    read_entries(top, out);
}

}  // namespace dhow::config
