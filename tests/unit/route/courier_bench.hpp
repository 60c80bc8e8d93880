// Gateways and the sticks between them: exports and imports through the core's own requests.
// Way of the message: see core_harness.hpp.
// Not pure: files of temporary folders. One thread, virtual time.
// Spec: docs/courier.md. Tests: used by unit/route/courier_*_test.cpp.
// Limits: no links between them; what waits for one stays queued.
#pragma once

#include "protocol/courier.hpp"
#include "tests/unit/route/core_harness.hpp"

#include <algorithm>

namespace dhow::tests {

/// The volumes of one export.
struct stick {
    message_id bundle;
    std::vector<bytes> volumes;
    bool has_more = false;
};

inline stick export_to(core_harness& from, std::string_view to,
                       std::uint64_t volume_bytes = limits::courier_volume_bytes_min,
                       std::uint32_t volumes_max = 999, bool is_written = true,
                       message_class least = message_class::bulk) {
    const auto who = core_harness::an_operator();
    stick out;
    const auto job = from.expect<response::courier_job>(
        who, request::courier_export{bureau(to), volume_bytes, volumes_max, least});
    out.bundle = job.bundle;
    bool is_over = false;
    for (std::uint32_t part = 1; !is_over; ++part) {
        const auto got =
            from.expect<response::courier_part>(who, request::courier_part{job.job, part});
        const byte_view all(got.data);
        const auto head = protocol::decode_part_head(all.first(protocol::part_head::size_bytes));
        BOOST_REQUIRE(head);
        out.volumes.resize(head->volume);
        const auto data = all.subspan(protocol::part_head::size_bytes);
        out.volumes.back().insert(out.volumes.back().end(), data.begin(), data.end());
        is_over = head->ends_bundle;
    }
    const auto report = from.expect<response::courier_report>(
        who, request::courier_export_end{job.job, is_written});
    out.has_more = report.has_more;
    return out;
}

struct found_letter {
    protocol::volume_layout layout;
    bytes data;
};

inline std::optional<found_letter> letter_of(const bytes& volume, bool front = true) {
    const byte_view all(volume);
    constexpr auto head_bytes = protocol::volume_head::size_bytes;
    if (all.size() < head_bytes) {
        return std::nullopt;
    }
    const auto raw = front ? all.first(head_bytes) : all.last(head_bytes);
    const auto head = protocol::decode_volume_head(raw);
    if (!head) {
        return std::nullopt;
    }
    found_letter out;
    if (front) {
        out.layout = protocol::layout_from_front(*head, all.size());
    } else {
        const auto layout = protocol::layout_from_back(*head, all.size());
        if (!layout) {
            return std::nullopt;
        }
        out.layout = *layout;
    }
    out.data = protocol::to_bytes(raw);
    const auto letter = all.subspan(out.layout.letter_at, head->letter_bytes());
    out.data.insert(out.data.end(), letter.begin(), letter.end());
    return out;
}

/// Cells up to `cells_max`; then it stops, as when the command is killed.
inline response::courier_report import_at(core_harness& at, const bytes& volume,
                                          bool only_verify = false, bool front = true,
                                          std::uint64_t cells_max = ~std::uint64_t{0}) {
    const auto who = core_harness::an_operator();
    const auto letter = letter_of(volume, front);
    BOOST_REQUIRE(letter);
    const auto job =
        at.expect<response::courier_job>(who, request::courier_import{letter->data, only_verify});
    const auto cell = protocol::sealed_cell_bytes();
    for (std::uint64_t place = 0; place < std::min(letter->layout.cells, cells_max);) {
        const auto count =
            std::min<std::uint64_t>(limits::courier_cells_a_part, letter->layout.cells - place);
        const auto from =
            volume.begin() + static_cast<std::ptrdiff_t>(letter->layout.cells_at + place * cell);
        at.expect<response::done>(
            who,
            request::courier_cells{job.job, place,
                                   bytes(from, from + static_cast<std::ptrdiff_t>(count * cell))});
        place += count;
    }
    return at.expect<response::courier_report>(who, request::courier_import_end{job.job});
}

inline response::courier_report import_all(core_harness& at, const stick& what) {
    response::courier_report sum;
    for (const auto& volume : what.volumes) {
        const auto one = import_at(at, volume);
        sum.taken += one.taken;
        sum.known += one.known;
        sum.parts += one.parts;
        sum.not_taken += one.not_taken;
        sum.lost += one.lost;
        sum.damaged_cells += one.damaged_cells;
        sum.remarks.insert(sum.remarks.end(), one.remarks.begin(), one.remarks.end());
        if (one.volumes_in_all) {
            sum.volumes_in_all = one.volumes_in_all;
        }
    }
    return sum;
}

/// A bad block of the medium.
inline void damage_cell(bytes& volume, std::uint64_t place) {
    const auto layout = letter_of(volume)->layout;
    volume.at(layout.cells_at + place * protocol::sealed_cell_bytes() + 2'000) ^= 0x40U;
}

struct courier_bench {
    core_harness zw;
    core_harness ke{"KE"};

    static message_id send(core_harness& from, const std::string& to,
                           std::string_view text = "some text",
                           std::vector<upload_id> attachments = {}) {
        auto what = core_harness::a_message({to});
        what.text = text_bytes(text);
        what.attachments = std::move(attachments);
        return from.expect<response::accepted>(core_harness::agency("border"), what).id;
    }
    static store::delivery_row delivery(core_harness& at, const message_id& id,
                                        std::string_view to = "KE") {
        for (const auto& row : at.stored(id).deliveries) {
            if (row.recipient == bureau(to)) {
                return row;
            }
        }
        BOOST_FAIL("no such delivery");
        return {};
    }
    static std::vector<store::bundle_row> bundles(core_harness& at) {
        return at
            .expect<response::courier_bundles>(core_harness::an_operator(),
                                               request::courier_bundles{})
            .rows;
    }
    static std::size_t inbox_of(core_harness& at) {
        return at.query_store<answer::inbox>(query::list_inbox{"", 0, 10'000, false}).rows.size();
    }
    static std::size_t alarms(const core_harness& at, std::string_view id) {
        return static_cast<std::size_t>(
            std::ranges::count_if(at.logs, [&](const auto& one) { return one.id == id; }));
    }
    /// All clocks together.
    void advance(std::chrono::milliseconds time) {
        zw.advance(time);
        ke.advance(time);
    }
};

}  // namespace dhow::tests
