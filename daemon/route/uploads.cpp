// Attachments on their way in.
// Way of the message: see uploads.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#uploads. Tests: unit/route/uploads_test.cpp.
// Limits: see uploads.hpp.
#include "daemon/route/uploads.hpp"

#include "daemon/route/wipe.hpp"
#include "protocol/ensure.hpp"

#include <algorithm>

namespace dhow::route {

using store::object_state;

uploads::~uploads() {
    for (auto& [id, one] : x_open) {
        wipe_key(one.entry);
    }
}

uploads::upload* uploads::find(const caller& who, upload_id id) {
    const auto found = x_open.find(id);
    if (found == x_open.end() || found->second.agency != who.agency) {
        return nullptr;
    }
    return &found->second;
}

std::string uploads::why_not_begin(const caller& who, const request::begin_upload& what) const {
    const auto agency = x_core.config->agencies.find(who.agency);
    if (agency == x_core.config->agencies.end() || agency->second.send_kinds.empty()) {
        return "this caller may not send messages";
    }
    if (what.file_name.size() > limits::short_text_bytes_max ||
        !protocol::is_clean_file_name(what.file_name)) {
        return "the file name must be 1 to 1024 bytes of UTF-8 without separators or control "
               "characters";
    }
    if (what.media_type.empty() || what.media_type.size() > limits::short_text_bytes_max ||
        !protocol::is_clean_text(what.media_type, false)) {
        return "the media type must be 1 to 1024 bytes of UTF-8 without control characters";
    }
    return {};
}

bool uploads::make_room(const std::string& agency) {
    std::size_t own = x_beginning;
    std::optional<upload_id> idle, own_idle;  // Longest.
    for (const auto& [id, one] : x_open) {
        own += one.agency == agency ? 1 : 0;
        const bool may_go =
            !one.is_busy && !one.is_taken && one.touched_at + limits::upload_idle_max <= x_core.now;
        if (may_go && one.agency == agency) {
            own_idle =
                own_idle && x_open.at(*own_idle).touched_at <= one.touched_at ? own_idle : id;
        }
        if (may_go && (!idle || one.touched_at < x_open.at(*idle).touched_at)) {
            idle = id;
        }
    }
    if (x_open.size() + x_beginning < limits::uploads_open_max &&
        own < limits::uploads_open_max / 2) {
        return true;
    }
    const auto goes = own < limits::uploads_open_max / 2 ? idle : own_idle;
    if (!goes) {
        return false;
    }
    drop(*goes);
    return true;
}

void uploads::begin(const caller& who, request::begin_upload what, answer_to answer) {
    if (const auto reason = why_not_begin(who, what); !reason.empty()) {
        answer(refusal(reason.starts_with("this") ? errc::unauthorised : errc::validation_failed,
                       reason));
        return;
    }
    if (!x_core.disk.accepts(message_class::urgent)) {
        answer(refusal(errc::store_full, "the disk is nearly full; attachments are not taken",
                       std::chrono::seconds{60}));
        return;
    }
    if (!make_room(who.agency)) {
        answer(refusal(errc::overloaded, "too many uploads are open", std::chrono::seconds{30}));
        return;
    }
    ++x_beginning;
    x_core.out.run(seal::job::make_key{}, false,
                   [this, who, what, answer](protocol::result<seal::job_outcome>& made) {
                       --x_beginning;
                       if (!made) {
                           answer(refusal(protocol::errc_of(made.error()), "no key could be made"));
                           return;
                       }
                       on_key(who, what, std::get<seal::done::key>(*made).value, answer);
                   });
}

void uploads::on_key(const caller& who, request::begin_upload what,
                     const std::array<std::uint8_t, 32>& key, answer_to answer) {
    const auto row = x_core.next_row();
    const auto id = static_cast<upload_id>(row);
    auto& one = x_open[id];
    one.agency = who.agency;
    one.entry.file_name = std::move(what.file_name);
    one.entry.media_type = std::move(what.media_type);
    one.entry.key = key;
    one.object = row;
    one.hash = x_core.hash().start();
    one.is_busy = true;
    one.touched_at = x_core.now;
    store::transaction transaction;
    transaction.changes.emplace_back(
        operation::put_object{{.row = row,
                               .kind = protocol::object_kind::attachment,
                               .state = object_state::spooling,
                               .from_peer = {},
                               .preamble = {},
                               .changed_at = x_core.now}});
    x_core.out.commit(std::move(transaction),
                      [this, id, answer](const store::transaction_result& result) {
                          if (result.status != store::transaction_status::committed) {
                              drop(id);
                              answer(refusal_of(result));
                              return;
                          }
                          if (const auto found = x_open.find(id); found != x_open.end()) {
                              found->second.is_busy = false;
                          }
                          answer(response::upload{id, 0});
                      });
}

void uploads::proceed(const caller& who, request::continue_upload what, answer_to answer) {
    auto* one = find(who, what.upload);
    if (one == nullptr) {
        answer(
            refusal(errc::not_found, "no such upload; after a restart of the gateway begin anew"));
        return;
    }
    if (one->is_busy || one->is_finished || one->is_taken) {
        answer(refusal(errc::conflict, one->is_busy ? "the piece before is still being written"
                                                    : "the upload was finished"));
        return;
    }
    if (what.plain.size() > limits::piece_bytes ||
        (!what.last && what.plain.size() != limits::piece_bytes)) {
        answer(refusal(errc::bad_request, "every piece but the last has exactly " +
                                              std::to_string(limits::piece_bytes) + " bytes"));
        return;
    }
    if (one->entry.bytes + what.plain.size() > limits::attachment_bytes_max) {
        answer(refusal(errc::too_large, "attachments may have 500 MiB together"));
        drop(what.upload);
        return;
    }
    if (!x_core.disk.accepts(message_class::urgent)) {
        answer(refusal(errc::store_full, "the disk is nearly full", std::chrono::seconds{60}));
        return;
    }
    one->is_busy = true;
    one->touched_at = x_core.now;
    if (what.plain.empty() && !one->entry.pieces.empty()) {
        write(what.upload, {}, true, std::move(answer));  // It ended on the edge of a piece.
        return;
    }
    seal_piece(what.upload, std::move(what.plain), what.last, std::move(answer));
}

void uploads::seal_piece(upload_id id, bytes plain, bool last, answer_to answer) {
    const auto size = plain.size();
    x_core.out.run(
        seal::job::seal_piece{x_open.at(id).entry.key, std::move(plain)}, false,
        [this, id, size, last, answer](protocol::result<seal::job_outcome>& made) {
            if (!x_open.contains(id)) {
                answer(refusal(errc::not_found, "the upload was abandoned"));
                return;
            }
            if (!made) {
                drop(id);
                answer(refusal(protocol::errc_of(made.error()), "the piece was not sealed"));
                return;
            }
            on_piece(id, size, last, std::get<seal::done::sealed_piece>(*made), answer);
        });
}

void uploads::on_piece(upload_id id, std::size_t plain_bytes, bool last,
                       const seal::done::sealed_piece& piece, answer_to answer) {
    auto& one = x_open.at(id);
    one.hash->update(piece.sealed);
    one.entry.pieces.push_back(piece.sealed_digest);
    one.entry.bytes += plain_bytes;
    write(id, piece.sealed, last, std::move(answer));
}

void uploads::write(upload_id id, byte_view sealed, bool last, answer_to answer) {
    auto& one = x_open.at(id);
    store::transaction transaction;
    store::append_data(transaction.changes, one.object, one.sealed_bytes, sealed);
    one.sealed_bytes += sealed.size();
    x_core.out.commit(std::move(transaction),
                      [this, id, last, answer](const store::transaction_result& result) {
                          const auto found = x_open.find(id);
                          if (found == x_open.end()) {
                              answer(refusal(errc::not_found, "the upload was abandoned"));
                              return;
                          }
                          if (result.status != store::transaction_status::committed) {
                              drop(id);
                              answer(refusal_of(result));
                              return;
                          }
                          auto& done = found->second;
                          done.is_busy = false;
                          done.is_finished = last;
                          done.touched_at = x_core.now;
                          if (last) {
                              done.entry.sealed_digest = done.hash->finish();
                              done.hash.reset();
                          }
                          answer(response::upload{id, done.entry.bytes});
                      });
}

void uploads::abandon(const caller& who, request::abandon_upload what, const answer_to& answer) {
    const auto* one = find(who, what.upload);
    if (one == nullptr) {
        answer(refusal(errc::not_found, "no such upload"));
        return;
    }
    if (one->is_taken) {
        answer(refusal(errc::conflict, "a message is taking this upload"));
        return;
    }
    drop(what.upload);
    answer(response::done{"abandoned"});
}

void uploads::drop(upload_id id) {
    const auto found = x_open.find(id);
    if (found == x_open.end()) {
        return;
    }
    store::transaction transaction;
    transaction.changes.emplace_back(operation::drop_object{found->second.object});
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
    wipe_key(found->second.entry);
    x_open.erase(found);
}

void uploads::drop_spooled(const std::vector<store::object_row>& spooling) {
    if (spooling.empty()) {
        return;
    }
    store::transaction transaction;
    for (const auto& object : spooling) {
        transaction.changes.emplace_back(operation::drop_object{object.row});
    }
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

std::uint64_t uploads::bytes_of(const std::string& agency,
                                const std::vector<upload_id>& ids) const {
    std::uint64_t sum = 0;
    for (const auto id : ids) {
        const auto found = x_open.find(id);
        const bool is_own = found != x_open.end() && found->second.agency == agency;
        sum += is_own ? found->second.entry.bytes : 0;
    }
    return sum;
}

std::string uploads::why_not(const std::string& agency, const std::vector<upload_id>& ids) const {
    std::uint64_t sum = 0;
    std::set<upload_id> seen;
    for (const auto id : ids) {
        const auto found = x_open.find(id);
        const auto name = "upload " + std::to_string(id);
        if (found == x_open.end() || found->second.agency != agency) {
            return name + " does not exist; after a restart of the gateway upload anew";
        }
        if (!found->second.is_finished) {
            return name + " is not finished";
        }
        if (found->second.is_taken || !seen.insert(id).second) {
            return name + " is taken by another message, or named twice";
        }
        sum += found->second.entry.bytes;
    }
    return sum > limits::attachment_bytes_max ? "attachments may have 500 MiB together"
                                              : std::string{};
}

std::vector<uploads::finished> uploads::take(const std::vector<upload_id>& ids) {
    std::vector<finished> out;
    for (const auto id : ids) {
        auto& one = x_open.at(id);
        DHOW_ENSURE(one.is_finished && !one.is_taken);
        one.is_taken = true;
        out.push_back({one.object, one.sealed_bytes, one.entry});
    }
    return out;
}

void uploads::give_back(const std::vector<upload_id>& ids) {
    for (const auto id : ids) {
        x_open.at(id).is_taken = false;
        x_open.at(id).touched_at = x_core.now;
    }
}

void uploads::forget(const std::vector<upload_id>& ids) {
    for (const auto id : ids) {
        wipe_key(x_open.at(id).entry);
        x_open.erase(id);
    }
}

}  // namespace dhow::route
