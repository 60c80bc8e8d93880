// Reads the signed directory from its folder and decides whether it counts.
// Way of the message: at start and reload; what it gives is asked at seal, verify, link and route.
// Not pure: files, OpenSSL.
// Spec: docs/directory-format.md. Tests: unit/seal/directory_file_test.cpp.
// Limits: directory_bytes_max for all files together, recipients_max entries, directory_heads_max.
#include "daemon/seal/directory_file.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/seal/private_file.hpp"
#include "protocol/limits.hpp"
#include "protocol/parcel.hpp"
#include "protocol/try.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace dhow::seal {

namespace limits = protocol::limits;

namespace {

problem refused(errc code, const std::string& why) { return {code, "directory: " + why}; }

/// Files of a folder whose names fit, sorted by name.
loaded<std::vector<std::filesystem::path>> list_folder(const std::filesystem::path& folder,
                                                       std::string_view prefix,
                                                       std::string_view suffix,
                                                       std::size_t files_max) {
    std::error_code error;
    std::vector<std::filesystem::path> found;
    for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
        const auto name = file.path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(suffix)) {
            continue;
        }
        if (found.size() == files_max) {
            return refused(errc::too_long, folder.string() + " holds too many files");
        }
        found.push_back(file.path());
    }
    if (error) {
        return refused(errc::not_found, folder.string() + ": " + error.message());
    }
    // By the name without its suffix, so that B comes before BA: the order of the bureaus.
    std::ranges::sort(found, {}, [](const auto& path) { return path.stem().string(); });
    return found;
}

/// The signer's signature and certificate; the content is settled by its digest only.
bool is_signed_by(const protocol::signed_data_view& head, const certificate& signer) {
    if (head.type != protocol::signed_content::directory ||
        head.signer_certificate != signer.digest || head.content_digest != sha256(head.content)) {
        return false;
    }
    const auto verified =
        verify_digest(signer.public_key.get(), sha256(head.attributes), head.value);
    return verified.has_value();
}

result<void> check_history(const protocol::directory_head& head, const digest& head_digest,
                           const std::optional<directory_state>& previous) {
    if (!previous) {
        return {};
    }
    //= DF-21
    if (head.serial < previous->serial) {
        return errc::out_of_range;
    }
    const bool is_same = head.serial == previous->serial;
    const bool is_next = head.serial == previous->serial + 1;
    if ((is_same && head_digest != previous->head_digest) ||
        (is_next && head.previous_head != previous->head_digest)) {
        return errc::equivocation;
    }
    return {};
}

std::string history_text(errc code, std::uint64_t serial, const directory_state& previous) {
    const auto numbers =
        "serial " + std::to_string(serial) + ", remembered " + std::to_string(previous.serial);
    return code == errc::equivocation
               ? "FORK: another head than the remembered one (" + numbers +
                     "); keep both and ask the signers, do not trust either"
               : "is older than the one remembered (" + numbers + "); get the newest one";
}

}  // namespace

loaded<trust_anchors> load_anchors(const config::trust& settings,
                                   const std::filesystem::path& base) {
    trust_anchors out{settings.federation, settings.threshold, {}};
    for (const auto& name : settings.anchors) {
        DHOW_TRY(const auto pem, read_file(base / name, secret_bytes_max));
        DHOW_TRY(const auto found,
                 certificates_from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()}));
        for (const auto& der : found) {
            auto checked = check_certificate(der, certificate_use::directory, {});
            if (!checked) {
                return problem{checked.error().code, name + ": " + checked.error().text};
            }
            if (std::ranges::find(out.signers, checked->id, &certificate::id) ==
                out.signers.end()) {
                out.signers.push_back(std::move(*checked));
            }
        }
    }
    if (out.threshold < 1 || out.threshold > out.signers.size()) {
        return problem{errc::out_of_range, "trust: the threshold is " +
                                               std::to_string(out.threshold) + ", and there are " +
                                               std::to_string(out.signers.size()) +
                                               " anchors; it must be from 1 to their number"};
    }
    return out;
}

loaded<directory_files> read_directory_folder(const std::filesystem::path& folder) {
    directory_files out;
    std::size_t left = limits::directory_bytes_max;
    DHOW_TRY(const auto heads, list_folder(folder, "head-", ".cms", limits::directory_heads_max));
    DHOW_TRY(const auto entries,
             list_folder(folder / "entries", "", ".json", limits::recipients_max));
    for (const auto& path : heads) {
        DHOW_TRY(auto content, read_file(path, left));
        left -= content.size();
        out.heads.push_back(std::move(content));
    }
    for (const auto& path : entries) {
        DHOW_TRY(const auto content, read_file(path, left));
        left -= content.size();
        out.entries.emplace_back(content.begin(), content.end());
    }
    return out;
}

loaded<signed_head> check_threshold(const std::vector<bytes>& heads, const trust_anchors& anchors) {
    std::map<digest, std::set<protocol::key_id>> signers;
    std::map<digest, byte_view> contents;
    for (const auto& der : heads) {
        auto view = protocol::parse_signed_data(der);
        if (!view) {
            continue;
        }
        const auto signer = std::ranges::find(anchors.signers, view->signer, &certificate::id);
        if (signer != anchors.signers.end() && is_signed_by(*view, *signer)) {
            signers[view->content_digest].insert(view->signer);
            contents[view->content_digest] = view->content;
        }
    }
    signed_head out;
    std::size_t most = 0;
    //= DF-19
    for (const auto& [content, by] : signers) {
        most = std::max(most, by.size());
        if (by.size() < anchors.threshold) {
            continue;
        }
        if (!out.signers.empty()) {
            return refused(errc::equivocation,
                           "FORK: two heads in one folder have enough signatures");
        }
        out.head_digest = content;
        out.json.assign(contents[content].begin(), contents[content].end());
        out.signers.assign(by.begin(), by.end());
    }
    if (out.signers.empty()) {
        return refused(errc::bad_signature,
                       "the head has valid signatures of " + std::to_string(most) +
                           " known signers, and " + std::to_string(anchors.threshold) +
                           " are needed; collect more with `dhow directory sign`");
    }
    return out;
}

loaded<protocol::directory> check_directory(const directory_files& files,
                                            const trust_anchors& anchors,
                                            const std::optional<directory_state>& previous) {
    //= DF-6, DF-22
    DHOW_TRY(const auto signed_by_enough, check_threshold(files.heads, anchors));
    const auto head = protocol::decode_directory_head(signed_by_enough.json);
    if (!head) {
        return refused(protocol::errc_of(head.error()), "the head is malformed");
    }
    //= DF-20
    if (head->federation != anchors.federation) {
        return refused(errc::not_allowed, "is of the federation '" + head->federation +
                                              "', not of '" + anchors.federation + "'");
    }
    if (signed_by_enough.signers.size() < head->threshold) {
        return refused(errc::bad_signature, "the head itself asks for " +
                                                std::to_string(head->threshold) + " signatures");
    }
    if (const auto history = check_history(*head, signed_by_enough.head_digest, previous);
        !history) {
        const auto code = protocol::errc_of(history.error());
        return refused(
            code, previous ? history_text(code, head->serial, *previous) : "is not the first head");
    }
    auto whole =
        protocol::assemble_directory(signed_by_enough.json, files.entries, openssl_hasher());
    if (!whole) {
        const auto code = protocol::errc_of(whole.error());
        return refused(code, "the entries are not those of the head (" +
                                 std::string(protocol::text_of(code)) + ")");
    }
    return std::move(*whole);
}

loaded<protocol::directory> load_directory(const std::filesystem::path& folder,
                                           const trust_anchors& anchors,
                                           const std::optional<directory_state>& previous) {
    DHOW_TRY(const auto files, read_directory_folder(folder));
    return check_directory(files, anchors, previous);
}

}  // namespace dhow::seal
