// Loads and judges the trust directory.
// Way of the message: see trust.hpp.
// Not pure: files.
// Spec: docs/directory-format.md. Tests: system.
// Limits: see daemon/seal/directory_file.hpp.
#include "daemon/app/trust.hpp"

#include "daemon/seal/evidence.hpp"

#include <charconv>

namespace dhow::app {

namespace {
constexpr const char* serial_key = "directory_serial";
constexpr const char* head_key = "directory_head";

std::optional<seal::directory_state> state_in(const std::map<std::string, std::string>& meta) {
    const auto serial = meta.find(serial_key);
    const auto head = meta.find(head_key);
    if (serial == meta.end() || head == meta.end()) {
        return std::nullopt;
    }
    seal::directory_state out;
    const auto& text = serial->second;
    std::from_chars(text.data(), text.data() + text.size(), out.serial);
    out.head_digest =
        protocol::from_hex<protocol::digest>(head->second).value_or(protocol::digest{});
    return out;
}
}  // namespace

seal::loaded<trusted> load_trust(const config::gateway& settings, const std::filesystem::path& base,
                                 const std::map<std::string, std::string>& meta) {
    const auto anchors = seal::load_anchors(settings.trust_settings, base);
    if (!anchors) {
        return anchors.error();
    }
    const auto folder = base / settings.trust_settings.directory;
    auto data = seal::load_directory(folder, *anchors, state_in(meta));
    if (!data) {
        return data.error();
    }
    if (data->find(settings.bureau) == nullptr) {
        return seal::problem{protocol::errc::unknown_key,
                             folder.string() + " has no entry for " +
                                 std::string(settings.bureau.text()) +
                                 "; ask the directory's signers to add it"};
    }
    auto keys = seal::trust_directory::build(std::move(*data));
    if (!keys) {
        return keys.error();
    }
    // One object, seen by the core as plain data and by the sealer with parsed keys.
    return trusted{*keys, std::shared_ptr<const protocol::directory>(*keys, &(*keys)->data())};
}

std::map<std::string, std::string> remembered(const protocol::directory& data) {
    return {{serial_key, std::to_string(data.head.serial)},
            {head_key, protocol::to_hex(data.head_digest.view())}};
}

std::vector<route::response::evidence_file> make_evidence_files(
    const route::evidence_facts& facts, const std::filesystem::path& folder,
    const seal::trust_directory& trusted) {
    std::vector<route::response::evidence_file> out;
    auto directory = seal::read_directory_folder(folder);
    if (!directory) {
        return out;
    }
    const auto made = seal::make_evidence(
        {facts.seal, facts.receipts, facts.inner, std::move(*directory)}, trusted);
    if (!made) {
        return out;
    }
    for (const auto& file : *made) {
        const bool is_there = file.name == "seal.cms" || file.name == "inner.cms" ||
                              file.name.starts_with("receipt-");
        if (!is_there) {
            out.push_back({file.name, file.content});
        }
    }
    return out;
}

}  // namespace dhow::app
