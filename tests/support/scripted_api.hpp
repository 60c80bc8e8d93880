// The core as the HTTP drivers see it, scripted: keeps a few messages in memory, answers at once or
// when told to.
#pragma once

#include "daemon/route/api.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <map>

namespace dhow::tests {

namespace request = route::request;
namespace response = route::response;

/// One submitted message, or one that came in.
struct scripted_message {
    std::string agency;
    request::submit submitted;
    bool cancelled = false;
    store::assignment_state assignment = store::assignment_state::offered;
    std::string reason;
    std::vector<protocol::bytes> attachments;  ///< Inbound: whole.
};

struct scripted_upload {
    std::string agency;
    std::string file_name, media_type;
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;  ///< Sum of all bytes times their position.
    std::size_t pieces = 0;
    std::size_t longest_piece = 0;
    bool complete = false;
};

class scripted_api final : public route::api {
public:
    std::map<protocol::message_id, scripted_message> sent;
    std::map<std::string, protocol::message_id> keys;
    std::map<route::upload_id, scripted_upload> uploads;
    std::map<std::uint64_t, std::pair<protocol::message_id, scripted_message>> inbox;
    std::vector<std::string> log;  ///< What operators did, in words.
    std::optional<response::problem> fail_next;
    bool ready = true;
    /// How answers are called; the default calls at once.
    std::function<void(std::function<void()>)> later = [](const std::function<void()>& f) { f(); };

    void request(const route::caller& who, route::api_request what,
                 std::function<void(route::api_response)> answer) override {
        ++requests;
        last_caller = who;
        auto value = std::make_shared<route::api_response>(response::problem{});
        if (fail_next) {
            *value = *std::exchange(fail_next, std::nullopt);
        } else {
            *value = std::visit([&](auto& one) { return handle(who, one); }, what);
        }
        later([value, answer] { answer(std::move(*value)); });
    }

    std::uint64_t watch_inbox(const std::string& agency, std::uint64_t after,
                              std::function<void()> wake) override {
        watches[++last_watch] = {agency, after, std::move(wake)};
        return last_watch;
    }
    void forget_watch(std::uint64_t watch) override { watches.erase(watch); }

    /// Puts a message into an agency's inbox and wakes who waits for it.
    protocol::message_id arrive(const std::string& agency, const std::string& text,
                                std::vector<protocol::bytes> attachments = {}) {
        scripted_message message;
        message.agency = agency;
        message.submitted.kind = "hit.request";
        message.submitted.text.assign(text.begin(), text.end());
        message.attachments = std::move(attachments);
        const auto id = next_id();
        inbox[++last_position] = {id, std::move(message)};
        for (const auto& [number, watch] : watches) {
            if (watch.agency == agency) {
                watch.wake();
            }
        }
        return id;
    }

    std::uint64_t requests = 0;
    route::caller last_caller;
    struct watch_entry {
        std::string agency;
        std::uint64_t after = 0;
        std::function<void()> wake;
    };
    std::map<std::uint64_t, watch_entry> watches;

private:
    static response::problem no(protocol::errc code, std::string detail = {}) {
        return {code, std::move(detail), {}};
    }

    protocol::message_id next_id() {
        std::array<std::uint8_t, 10> random{};
        ++counter_;
        for (std::size_t i = 0; i < 8; ++i) {
            random[9 - i] = static_cast<std::uint8_t>(counter_ >> (8 * i));
        }
        return protocol::make_message_id(protocol::utc_time{std::chrono::hours{500'000}}, random);
    }

    route::api_response handle(const route::caller& who, request::submit& what) {
        if (what.kind == "forbidden") {
            return no(protocol::errc::not_allowed, "this agency may not send forbidden");
        }
        const std::string key = who.agency + "/" + what.idempotency_key;
        if (!what.idempotency_key.empty() && keys.contains(key)) {
            const auto& earlier = sent.at(keys.at(key));
            return earlier.submitted.text == what.text
                       ? route::api_response{response::accepted{keys.at(key), true}}
                       : route::api_response{no(protocol::errc::conflict)};
        }
        for (const auto upload : what.attachments) {
            if (!uploads.contains(upload) || uploads.at(upload).agency != who.agency) {
                return no(protocol::errc::not_found, "no upload " + std::to_string(upload));
            }
        }
        const auto id = next_id();
        if (!what.idempotency_key.empty()) {
            keys[key] = id;
        }
        if (keep_sent) {
            sent[id] = {who.agency, std::move(what), false, {}, {}, {}};
        }
        return response::accepted{id, false};
    }
    route::api_response handle(const route::caller& who, request::begin_upload& what) {
        const auto number = ++last_upload_;
        uploads[number] = {who.agency, what.file_name, what.media_type, 0, 0, 0, 0, false};
        return response::upload{number, 0};
    }
    route::api_response handle(const route::caller&, request::continue_upload& what) {
        auto& upload = uploads.at(what.upload);
        for (const std::uint8_t byte : what.plain) {
            upload.checksum += byte * ++upload.bytes;
        }
        ++upload.pieces;
        upload.longest_piece = std::max(upload.longest_piece, what.plain.size());
        upload.complete = what.last;
        return response::upload{what.upload, upload.bytes};
    }
    route::api_response handle(const route::caller&, request::abandon_upload& what) {
        return uploads.erase(what.upload) == 0 ? route::api_response{no(protocol::errc::not_found)}
                                               : route::api_response{response::done{}};
    }

    /// An agency sees only its own.
    scripted_message* find(const route::caller& who, const protocol::message_id& id) {
        const auto found = sent.find(id);
        const bool visible =
            found != sent.end() && (who.is_operator || found->second.agency == who.agency);
        return visible ? &found->second : nullptr;
    }
    route::api_response handle(const route::caller& who, request::status& what) {
        const auto* message = find(who, what.id);
        if (message == nullptr) {
            return no(protocol::errc::not_found);
        }
        response::status out;
        out.id = what.id;
        out.origin = *protocol::bureau_id::parse("ZW");
        out.kind = message->submitted.kind;
        out.agency = message->agency;
        out.cls = message->submitted.cls;
        out.bytes = message->submitted.text.size();
        for (const auto& to : message->submitted.to) {
            response::recipient_status one;
            one.recipient = protocol::bureau_id::parse(to).value_or(protocol::bureau_id{});
            one.state = message->cancelled ? store::delivery_state::cancelled : recipient_state;
            out.recipients.push_back(one);
        }
        return out;
    }
    route::api_response handle(const route::caller& who, request::why& what) {
        if (find(who, what.id) == nullptr) {
            return no(protocol::errc::not_found);
        }
        response::cause cause;
        cause.recipient = *protocol::bureau_id::parse("MU");
        cause.code = "link-down";
        cause.text = "the link to IPSG is down";
        cause.since = protocol::utc_time{std::chrono::hours{500'000}};
        cause.remedy = "Wait, or dhow link call ipsg.";
        return response::why{what.id, {cause}};
    }
    route::api_response handle(const route::caller& who, request::events& what) {
        if (find(who, what.id) == nullptr) {
            return no(protocol::errc::not_found);
        }
        store::event_row row;
        row.id = what.id;
        row.what = "accepted";
        row.actor = "gateway";
        return response::events{{row}};
    }
    route::api_response handle(const route::caller& who, request::evidence& what) {
        if (find(who, what.id) == nullptr) {
            return no(protocol::errc::not_found);
        }
        return response::evidence{{{"parcel.p7m", {1, 2, 3}}, {"receipt-1.p7s", {4, 5}}}};
    }

    static std::string summary_of(const scripted_message& message) {
        return R"({"kind":")" + message.submitted.kind +
               R"(","subject":"","agency":"desk","text_bytes":)" +
               std::to_string(message.submitted.text.size()) + R"(,"attachments":[]})";
    }
    static response::inbox_entry entry_of(std::uint64_t position, const protocol::message_id& id,
                                          const scripted_message& message) {
        response::inbox_entry out;
        out.position = position;
        out.id = id;
        out.origin = *protocol::bureau_id::parse("MU");
        out.summary_json = summary_of(message);
        out.complete = true;
        out.state = message.assignment;
        return out;
    }
    route::api_response handle(const route::caller& who, request::list_inbox& what) {
        response::inbox out;
        for (const auto& [position, entry] : inbox) {
            const bool open = entry.second.assignment == store::assignment_state::offered;
            if (position <= what.after || entry.second.agency != who.agency ||
                (what.open_only && !open)) {
                continue;
            }
            if (out.entries.size() == what.limit) {
                out.more = true;
                break;
            }
            out.entries.push_back(entry_of(position, entry.first, entry.second));
        }
        return out;
    }
    std::pair<std::uint64_t, scripted_message*> find_in(const route::caller& who,
                                                        const protocol::message_id& id) {
        for (auto& [position, entry] : inbox) {
            if (entry.first == id && entry.second.agency == who.agency) {
                return {position, &entry.second};
            }
        }
        return {0, nullptr};
    }
    route::api_response handle(const route::caller& who, request::open_inbox& what) {
        const auto [position, message] = find_in(who, what.id);
        if (message == nullptr) {
            return no(protocol::errc::not_found);
        }
        response::opened out;
        out.entry = entry_of(position, what.id, *message);
        out.content.kind = message->submitted.kind;
        out.content.media_type = media_type;
        out.content.text = message->submitted.text;
        out.record = record;
        std::size_t number = 0;
        for (const auto& bytes : message->attachments) {
            protocol::attachment_entry entry;
            entry.file_name = "photo " + std::to_string(++number) + ".jpg";
            entry.media_type = "image/jpeg";
            entry.bytes = bytes.size();
            out.content.attachments.push_back(entry);
        }
        return out;
    }
    route::api_response handle(const route::caller& who, request::read_attachment& what) {
        const auto [position, message] = find_in(who, what.id);
        if (message == nullptr || what.position > message->attachments.size()) {
            return no(protocol::errc::not_found);
        }
        const auto& bytes = message->attachments[what.position - 1U];
        const std::size_t first = what.piece * protocol::limits::piece_bytes;
        if (first >= bytes.size()) {
            return no(protocol::errc::out_of_range);
        }
        ++pieces_read;
        const std::size_t size = std::min(protocol::limits::piece_bytes, bytes.size() - first);
        response::attachment_piece out;
        out.plain.assign(bytes.begin() + static_cast<std::ptrdiff_t>(first),
                         bytes.begin() + static_cast<std::ptrdiff_t>(first + size));
        return out;
    }
    route::api_response handle(const route::caller& who, request::acknowledge& what) {
        const auto [position, message] = find_in(who, what.id);
        if (message == nullptr) {
            return no(protocol::errc::not_found);
        }
        message->assignment = what.removed ? store::assignment_state::removed
                              : what.taken ? store::assignment_state::taken
                                           : store::assignment_state::rejected;
        message->reason = what.reason;
        return response::done{"acknowledged"};
    }

    route::api_response handle(const route::caller& who, request::cancel& what) {
        auto* message = find(who, what.id);
        if (message == nullptr) {
            return no(protocol::errc::not_found);
        }
        message->cancelled = true;
        return response::done{"cancelled"};
    }
    route::api_response handle(const route::caller&, request::hold& what) {
        log.push_back(std::string{what.hold ? "hold " : "release "} +
                      (what.id ? protocol::to_text(*what.id) : std::string{what.peer.text()}));
        return response::done{"1 shipment"};
    }
    route::api_response handle(const route::caller&, request::send_again& what) {
        log.push_back("send-again " + std::string{what.recipient.text()});
        return response::done{"attempt 1"};
    }
    route::api_response handle(const route::caller&, request::queue_summary&) {
        store::answer::queue_line line;
        line.peer = *protocol::bureau_id::parse("IPSG");
        line.ready = 3;
        line.bytes = 4096;
        return response::queue_summary{{line}};
    }
    route::api_response handle(const route::caller&, request::list_queue& what) {
        store::answer::ready_shipment row;
        row.shipment.row = 7;
        row.shipment.peer = what.peer;
        row.object.bytes = 1500;
        return response::queue{{row}, false};
    }
    route::api_response handle(const route::caller&, request::list_links&) {
        response::link_status link;
        link.name = "fibre-ipsg";
        link.peer = *protocol::bureau_id::parse("IPSG");
        link.state = "up";
        link.suspended = response::suspension{"a move", "anna", {}, {}};
        return response::links{{link}};
    }
    route::api_response handle(const route::caller&, request::call_link& what) {
        if (what.link != "fibre-ipsg") {
            return no(protocol::errc::not_found);
        }
        log.push_back("call " + what.link);
        return response::done{"dialling"};
    }
    route::api_response handle(const route::caller&, request::set_quota& what) {
        if (what.link != "fibre-ipsg") {
            return no(protocol::errc::not_found);
        }
        log.push_back("quota " + what.link + " " + std::to_string(what.used_bytes));
        return response::done{"noted"};
    }
    route::api_response handle(const route::caller&, request::test_link& what) {
        if (what.link != "fibre-ipsg") {
            return no(protocol::errc::not_found);
        }
        response::link_trial trial;
        trial.link = what.link;
        trial.steps = {{"name", protocol::errc{}, "1 addresses", protocol::milliseconds{3}},
                       {"tcp", protocol::errc::connect_failed, "refused", {}}};
        response::trial_report out;
        out.peer = *protocol::bureau_id::parse("IPSG");
        out.trials.push_back(std::move(trial));
        return out;
    }
    route::api_response handle(const route::caller&, request::suspend_peer& what) {
        log.push_back((what.suspend ? "suspend " : "resume ") + std::string{what.peer.text()} +
                      " " + what.reason +
                      (what.lasts ? " for " + std::to_string(what.lasts->count()) + " s" : ""));
        return response::done{};
    }
    route::api_response handle(const route::caller&, request::explain_route& what) {
        return response::route_explanation{{"rule 1 matches " + std::string{what.to.text()}},
                                           {"fibre-ipsg"}};
    }
    route::api_response handle(const route::caller&, request::health&) {
        return response::health{ready, ready ? std::vector<std::string>{}
                                             : std::vector<std::string>{"keys are locked"}};
    }
    route::api_response handle(const route::caller&, request::metrics&) {
        return response::metrics{"dhow_messages_total 1\n"};
    }
    route::api_response handle(const route::caller&, request::back_up& what) {
        log.push_back("backup " + what.path);
        return response::done{what.path};
    }
    route::api_response handle(const route::caller&, request::check_store& what) {
        return response::verdict{!what.thorough, what.thorough ? std::vector<std::string>{"page 7"}
                                                               : std::vector<std::string>{}};
    }
    route::api_response handle(const route::caller& who, request::who_am_i&) {
        return response::identity{who.agency, who.is_operator, "ZW", "0.1.0"};
    }

    /// ZW's view: `group:coast` is KE and TZ, GI answers through GB, KE reads English and Swahili.
    route::api_response handle(const route::caller&, request::address& what) {
        response::addresses out;
        const auto id = [](std::string_view text) { return *protocol::bureau_id::parse(text); };
        out.self = id("ZW");
        for (const auto& each : what.to) {
            for (const auto* one : {"KE", "TZ"}) {
                if (each == "group:coast" &&
                    std::find(what.deny.begin(), what.deny.end(), id(one)) == what.deny.end()) {
                    out.recipients.push_back({.id = id(one)});
                }
            }
            if (each == "GI") {
                out.through.emplace_back(id("GI"), id("GB"));
                out.recipients.push_back({.id = id("GB")});
            } else if (!each.starts_with("group:")) {
                out.recipients.push_back({.id = id(each)});
            }
        }
        for (auto& each : out.recipients) {
            if (each.id == id("KE")) {
                each.languages = {"en", "sw"};
            }
        }
        return out;
    }
    route::api_response handle(const route::caller&, request::list_bureaus&) {
        const auto id = [](std::string_view text) { return *protocol::bureau_id::parse(text); };
        response::bureaus out;
        out.rows = {{.id = id("IPSG"),
                     .name = "General Secretariat",
                     .role = protocol::bureau_role::general_secretariat},
                    {.id = id("KE"), .name = "IP NAIROBI", .languages = {"en", "sw"}}};
        out.groups["coast"] = {id("KE"), id("TZ")};
        out.sub_bureaus.emplace(id("GI"), id("GB"));
        return out;
    }

    route::api_response handle(const route::caller&, request::courier_export& what) {
        log.push_back("export " + std::string{what.to.text()} + " " +
                      std::to_string(what.volume_bytes) + " " + std::to_string(what.volumes_max) +
                      " " + std::string{protocol::to_text(what.least)});
        return response::courier_job{7, {}, what.to, 900, 4'020};
    }
    route::api_response handle(const route::caller&, request::courier_part& what) {
        return what.part == 1 ? route::api_response(response::courier_part{{1, 2, 3}})
                              : no(protocol::errc::bad_request);
    }
    route::api_response handle(const route::caller&, request::courier_export_end& what) {
        log.push_back(what.written ? "written" : "broken");
        response::courier_report out;
        out.is_whole = what.written;
        return out;
    }
    route::api_response handle(const route::caller&, request::courier_import& what) {
        log.push_back((what.only_verify ? "verify " : "import ") +
                      std::to_string(what.letter.size()));
        return response::courier_job{8, {}, *protocol::bureau_id::parse("KE"), 0, 4'020};
    }
    route::api_response handle(const route::caller&, request::courier_cells& what) {
        log.push_back("cells " + std::to_string(what.from) + " " +
                      std::to_string(what.cells.size()));
        return response::done{};
    }
    route::api_response handle(const route::caller&, request::courier_import_end&) {
        response::courier_report out;
        out.taken = 5;
        out.volumes_in_all = 2;
        out.remarks = {"no route"};
        return out;
    }
    route::api_response handle(const route::caller&, request::courier_bundles& what) {
        response::courier_bundles out;
        out.rows.resize(1);
        out.rows.front().row = static_cast<store::row_id>(what.after + 1);
        out.rows.front().peer = *protocol::bureau_id::parse("KE");
        return out;
    }
    route::api_response handle(const route::caller&, request::list_clocks& what) {
        response::clocks out;
        out.rows.resize(1);
        out.rows.front().row.row = static_cast<store::row_id>(what.after + 1);
        out.rows.front().row.other = *protocol::bureau_id::parse("KE");
        return out;
    }
    route::api_response handle(const route::caller&, request::courier_parties&) {
        return response::courier_parties{{*protocol::bureau_id::parse("KE")}};
    }
    route::api_response handle(const route::caller&, request::case_of& what) {
        if (what.name != "2024/123") {
            return no(protocol::errc::not_found);
        }
        response::case_report out;
        out.lifecycle = "notice";
        auto& state = out.states.emplace_back();
        state.owner = *protocol::bureau_id::parse("IPSG");
        state.state = "cancelled";
        state.ended = true;
        state.not_removed = {{*protocol::bureau_id::parse("MU"), "border"}};
        state.denied = {*protocol::bureau_id::parse("FJ")};
        state.keep_until = protocol::utc_time{};
        state.keeping = store::keep_state::asked;
        out.deletions.push_back({state.owner, {}, 3, "silence", {1, 2}});
        auto& message = out.messages.emplace_back();
        message.origin = state.owner;
        message.role = "end";
        message.version = 2;
        message.answers.push_back({*protocol::bureau_id::parse("MU"),
                                   protocol::outcome_kind::taken,
                                   "border",
                                   {},
                                   0,
                                   {}});
        return out;
    }
    route::api_response handle(const route::caller&, request::courier_close& what) {
        log.push_back("close " + protocol::to_text(what.bundle));
        return response::done{"closed"};
    }

public:
    std::string media_type = "text/plain; charset=utf-8";
    std::optional<kinds::record_facts> record = std::nullopt;  ///< Of every message.
    store::delivery_state recipient_state = store::delivery_state::queued;
    std::size_t pieces_read = 0;
    bool keep_sent = true;

private:
    std::uint64_t counter_ = 0;
    std::uint64_t last_watch = 0;
    std::uint64_t last_position = 0;
    route::upload_id last_upload_ = 0;
};

}  // namespace dhow::tests
