// Couriers' requests and answers as JSON.
// Way of the message: see courier_json.hpp.
// Pure: values, any thread.
// Spec: docs/courier.md#commands, docs/openapi.yaml. Tests: unit/api/courier_endpoints_test.cpp.
// Limits: none.
#include "daemon/control/courier_json.hpp"

#include "daemon/http/json_output.hpp"
#include "daemon/store/names.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>

namespace dhow::control {

namespace json = boost::json;
namespace limits = protocol::limits;
namespace response = route::response;

std::optional<http::json_fault> read_export(const json::object& body,
                                            route::request::courier_export& out) {
    http::object_input input{body, ""};
    std::string to, least;
    std::uint64_t volumes = limits::courier_volumes_max;
    input.text("to", to, limits::short_text_bytes_max, true);
    input.number("volume_bytes", out.volume_bytes, limits::courier_volume_bytes_min,
                 limits::courier_volume_bytes_max);
    input.number("volumes_max", volumes, 1, limits::courier_volumes_max);
    input.text("class", least, limits::short_text_bytes_max);
    out.volumes_max = static_cast<std::uint32_t>(volumes);
    if (out.volume_bytes == 0) {
        out.volume_bytes = limits::courier_volume_bytes_max;
    }
    const auto bureau = protocol::bureau_id::parse(to);
    if (bureau) {
        out.to = *bureau;
    } else {
        input.refuse("to", "must be a bureau");
    }
    const auto cls =
        least.empty() ? std::optional(protocol::message_class::bulk) : protocol::parse_class(least);
    if (cls) {
        out.least = *cls;
    } else {
        input.refuse("class", "must be flash, urgent, routine or bulk");
    }
    return input.finish();
}

json::object to_json(const response::courier_job& value) {
    json::object out;
    out["job"] = value.job;
    out["bundle"] = protocol::to_text(value.bundle);
    out["peer"] = value.peer.text();
    out["letter_bytes"] = value.letter_bytes;
    out["cell_bytes"] = value.cell_bytes;
    return out;
}

json::object to_json(const response::courier_report& value) {
    json::object out;
    out["bundle"] = protocol::to_text(value.bundle);
    out["peer"] = value.peer.text();
    out["volumes"] = value.volumes;
    out["records"] = value.records;
    out["bytes"] = value.bytes;
    out["whole"] = value.is_whole;
    out["more"] = value.has_more;
    out["taken"] = value.taken;
    out["known"] = value.known;
    out["parts"] = value.parts;
    out["not_taken"] = value.not_taken;
    out["lost"] = value.lost;
    out["damaged_cells"] = value.damaged_cells;
    out["volumes_in_all"] =
        value.volumes_in_all ? json::value(*value.volumes_in_all) : json::value{};
    out["remarks"] = http::text_values(value.remarks);
    return out;
}

json::object to_json(const response::courier_bundles& value) {
    json::array rows;
    for (const auto& row : value.rows) {
        json::object one;
        one["position"] = row.row;
        one["bundle"] = protocol::to_text(row.id);
        one["peer"] = row.peer.text();
        one["direction"] = row.is_import ? "in" : "out";
        one["state"] = store::to_text(row.state);
        one["created_at"] = http::time_value(row.created_at);
        one["changed_at"] = http::time_value(row.changed_at);
        one["volumes"] = row.volumes;
        one["bytes"] = row.bytes;
        one["records"] = row.records;
        one["open"] = row.open;
        rows.push_back(std::move(one));
    }
    json::object out;
    out["bundles"] = std::move(rows);
    out["more"] = value.more;
    return out;
}

json::object to_json(const response::courier_parties& value) {
    json::array names;
    for (const auto& one : value.bureaus) {
        names.emplace_back(one.text());
    }
    json::object out;
    out["bureaus"] = std::move(names);
    return out;
}

}  // namespace dhow::control
