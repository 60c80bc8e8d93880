// Counters, queue and store measures as Prometheus text.
// Way of the message: see metrics.hpp.
// Pure.
// Spec: docs/operations.md#metrics. Tests: unit/route/queries_test.cpp.
// Limits: see metrics.hpp.
#include "daemon/route/metrics.hpp"

#include "daemon/store/names.hpp"

#include <sstream>

namespace dhow::route {

namespace {

class writer {
public:
    writer() { x_out.imbue(std::locale::classic()); }

    void head(std::string_view name, std::string_view type, std::string_view help) {
        x_out << "# HELP dhow_" << name << ' ' << help << "\n# TYPE dhow_" << name << ' ' << type
              << '\n';
    }
    template <class Number>
    void value(std::string_view name, std::string_view labels, Number number) {
        x_out << "dhow_" << name;
        if (!labels.empty()) {
            x_out << '{' << labels << '}';
        }
        x_out << ' ' << number << '\n';
    }
    template <class Number>
    void one(std::string_view name, std::string_view type, std::string_view help, Number number) {
        head(name, type, help);
        value(name, "", number);
    }
    std::string take() { return x_out.str(); }

private:
    std::ostringstream x_out;
};

std::string class_label(std::size_t index) {
    return "class=\"" + std::string(protocol::to_text(static_cast<message_class>(index))) + "\"";
}

void by_class(writer& out, std::string_view name, std::string_view help,
              const std::array<std::uint64_t, protocol::message_class_count>& counts) {
    out.head(name, "counter", help);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        out.value(name, class_label(i), counts[i]);
    }
}

void put_counters(writer& out, const counters& count) {
    by_class(out, "submitted_total", "Messages of our agencies that are on disk.", count.submitted);
    by_class(out, "relayed_in_total", "Messages taken into custody for others.", count.relayed_in);
    by_class(out, "handed_on_total", "Objects that a peer has committed.", count.handed_on);
    by_class(out, "delivered_total", "Messages opened for our agencies.", count.delivered);
    const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t number) {
        out.one(name, "counter", help, number);
    };
    counter("receipts_signed_total", "Receipts that we have signed.", count.receipts_signed);
    counter("receipts_applied_total", "Receipts for our messages.", count.receipts_applied);
    counter("outcomes_applied_total", "Outcomes in those receipts.", count.outcomes_applied);
    counter("duplicates_total", "Messages that came once more.", count.duplicates);
    counter("refused_in_total", "Offers that we have refused.", count.refused_in);
    counter("refused_out_total", "Offers of ours that peers have refused.", count.refused_out);
    counter("quarantined_total", "Messages set aside.", count.quarantined);
    counter("equivocations_total", "Ids that came with two contents.", count.equivocations);
    counter("forged_total", "Parcels, receipts and greetings that did not verify.", count.forged);
    counter("sent_again_total", "New attempts, for want of a receipt.", count.sent_again);
    counter("called_back_total",
            "Recipients for whom a copy was dropped, since its origin had called it back.",
            count.called_back);
    counter("expired_total", "Recipients whose time was over.", count.expired);
    counter("sessions_total", "Sessions established.", count.sessions);
    counter("session_failures_total", "Dials and sessions without progress.",
            count.session_failures);
    counter("stalls_total", "Sessions whose path seemed to be dead.", count.stalls);
    counter("resumed_bytes_total", "Bytes not sent again after a break.", count.bytes_resumed);
    counter("case_reminders_total", "Looks at ends that somebody has not removed.",
            count.case_reminders);
    counter("cases_completed_total", "Ends that all have removed.", count.cases_completed);
    counter("cases_issued_again_total", "Ends under a new id, for want of a receipt.",
            count.cases_issued_again);
    counter("retention_asked_total", "Cases whose source was asked.", count.retention_asked);
    counter("retention_ended_total", "Cases that nobody prolonged.", count.retention_ended);
    counter("retention_deleted_total", "Messages whose content was deleted.",
            count.retention_deleted);
    counter("courier_exported_total", "Records written to volumes.", count.courier_exported);
    counter("courier_imported_total", "Records of bundles that were new.", count.courier_imported);
    counter("courier_known_total", "Records of bundles that were here before.",
            count.courier_known);
    counter("courier_lost_total", "Records of bundles that were damaged.", count.courier_lost);
    counter("courier_acknowledged_total", "Records that an importer has receipted.",
            count.courier_acknowledged);
    out.head("clocks_fired_total", "counter", "Answers and papers that did not come in time.");
    for (std::size_t i = 0; i < count.clocks_fired.size(); ++i) {
        out.value(
            "clocks_fired_total",
            "state=\"" + std::string(store::to_text(static_cast<store::clock_state>(i))) + "\"",
            count.clocks_fired[i]);
    }
    counter("alarms_total", "Alarms in the log.", count.alarms);
}

void put_queue(writer& out, const answer::queue_summary& queue, utc_time now) {
    const auto series = [&](std::string_view name, std::string_view help, auto number_of) {
        out.head(name, "gauge", help);
        for (const auto& line : queue.rows) {
            out.value(name,
                      "peer=\"" + std::string(line.peer.text()) + "\"," +
                          class_label(static_cast<std::size_t>(line.cls)),
                      number_of(line));
        }
    };
    using line = answer::queue_line;
    series("queue_ready", "Shipments that may go.", [](const line& one) { return one.ready; });
    series("queue_deferred", "Shipments to be tried later.",
           [](const line& one) { return one.deferred; });
    series("queue_held", "Shipments held by an operator.",
           [](const line& one) { return one.held; });
    series("queue_waiting", "Shipments that wait for bytes or for their text.",
           [](const line& one) { return one.waiting; });
    series("queue_in_doubt", "Shipments sent without an answer.",
           [](const line& one) { return one.in_doubt; });
    series("queue_bytes", "Bytes of all of them.", [](const line& one) { return one.bytes; });
    series("queue_oldest_seconds", "Age of the oldest of them.", [now](const line& one) {
        return one.oldest
                   ? std::chrono::duration_cast<std::chrono::seconds>(now - *one.oldest).count()
                   : std::chrono::seconds::rep{0};
    });
}

std::string link_label(const std::string& name) { return "link=\"" + name + "\""; }

void put_links(writer& out, const peers& links) {
    out.head("link_up", "gauge", "1 while a session stands.");
    for (const auto& [name, link] : links.links()) {
        out.value("link_up",
                  link_label(name) + ",peer=\"" + std::string(link.settings.peer.text()) + "\"",
                  link.state == link_state::up ? 1 : 0);
    }
    out.head("link_bytes_per_second", "gauge",
             "What the line carries towards the peer, as measured; 0 while it is not known.");
    for (const auto& [name, link] : links.links()) {
        out.value("link_bytes_per_second", link_label(name), links.line_of(name).bytes_per_s);
    }
    out.head("link_round_trip_milliseconds", "gauge",
             "The shortest round trip of the session, or the last known; 0: none is known.");
    for (const auto& [name, link] : links.links()) {
        out.value("link_round_trip_milliseconds", link_label(name),
                  links.line_of(name).round_trip.count());
    }
}

void put_traffic(writer& out, const bearer_book& book) {
    out.head("link_bytes_total", "counter", "IP bytes of links, by direction and purpose.");
    const auto lines = [&](const std::string& name, std::string_view direction,
                           const traffic& what) {
        const auto value = [&](std::string_view purpose, std::uint64_t number) {
            out.value("link_bytes_total",
                      "link=\"" + name + "\",direction=\"" + std::string(direction) +
                          "\",purpose=\"" + std::string(purpose) + "\"",
                      number);
        };
        value("payload", what.payload);
        value("control", what.control);
        value("handshake", what.handshake);
        value("resent", what.resent);
    };
    for (const auto& [name, record] : book.all()) {
        lines(name, "out", record.sent);
        lines(name, "in", record.received);
    }
    out.head("link_cuts_total", "counter",
             "Sessions of links that a lost connection or silence ended.");
    for (const auto& [name, record] : book.all()) {
        out.value("link_cuts_total", link_label(name), record.cuts);
    }
    out.head("link_quota_used_bytes", "gauge", "IP bytes of this month, by our count.");
    for (const auto& [name, record] : book.all()) {
        out.value("link_quota_used_bytes", link_label(name), record.quota.used());
    }
    out.head("link_quota_bytes", "gauge", "What a month may have; only links with a quota.");
    for (const auto& [name, record] : book.all()) {
        if (record.quota.is_limited()) {
            out.value("link_quota_bytes", link_label(name), record.quota.limit());
        }
    }
}

void put_store(writer& out, const answer::measures& measured) {
    out.one("store_database_bytes", "gauge", "Size of the database.", measured.database_bytes);
    out.one("store_wal_bytes", "gauge", "Size of the write-ahead log.", measured.wal_bytes);
    out.one("store_free_page_bytes", "gauge", "Space in the database to be used again.",
            measured.free_page_bytes);
    out.one("disk_free_bytes", "gauge", "Free space of the file system.", measured.disk_free_bytes);
    out.one("disk_total_bytes", "gauge", "Size of the file system.", measured.disk_total_bytes);
    out.one("store_messages", "gauge", "Messages in the store.", measured.messages);
    out.one("inbox_open", "gauge", "Messages that wait for an agency.", measured.inbox_open);
    out.one("clocks_open", "gauge", "Answers and papers that are waited for.",
            measured.clocks_open);
    out.one("store_commit_milliseconds", "gauge", "Time of the last commit, with its sync.",
            measured.commit_ms_last);
}

}  // namespace

std::string metrics_text(const core& shared, const peers& links, std::size_t loaded_shipments,
                         std::size_t receipts_waiting, const answer::measures& measured,
                         const answer::queue_summary& queue) {
    writer out;
    put_counters(out, shared.count);
    put_queue(out, queue, shared.now);
    put_links(out, links);
    put_traffic(out, shared.bearers);
    put_store(out, measured);
    out.one("loaded_shipments", "gauge", "Shipments in memory.", loaded_shipments);
    out.one("receipts_waiting", "gauge", "Outcomes that wait to be signed.", receipts_waiting);
    out.one("clock_doubtful", "gauge", "1 while nothing expires.", shared.expiry_frozen ? 1 : 0);
    return out.take();
}

}  // namespace dhow::route
