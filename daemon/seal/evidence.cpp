// Collects the files of an evidence folder.
// Way of the message: after it: `dhow evidence export`.
// Not pure: OpenSSL, files.
// Spec: docs/evidence.md. Tests: unit/seal/evidence_test.cpp.
// Limits: those of the parts.
#include "daemon/seal/evidence.hpp"

#include "daemon/seal/cms_signed.hpp"
#include "daemon/seal/evidence_text.hpp"
#include "daemon/seal/private_file.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::seal {

namespace {

/// The folder as it grows.
class collection {
public:
    collection(const evidence_sources& sources, const trust_directory& trusted)
        : x_sources(sources), x_trusted(trusted) {}

    void add(std::string name, byte_view content) {
        const auto same = std::ranges::find(x_files, name, &evidence_file::name);
        if (same == x_files.end()) {
            x_files.push_back({std::move(name), bytes(content.begin(), content.end())});
        }
    }
    void add_text(std::string name, std::string_view text) {
        add(std::move(name), {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }

    /// A signed file with its signer's certificate and directory entry, and its line of verify.sh.
    loaded<void> add_signed(const std::string& name, byte_view cms, const protocol::key_id& signer,
                            protocol::key_purpose purpose) {
        const auto* key = x_trusted.find(signer);
        if (key == nullptr || key->key->purpose != purpose) {
            return problem{errc::unknown_key, name + ": the signer is not in the directory"};
        }
        const std::string bureau(key->entry->bureau.text());
        const auto certificate_name =
            bureau + "-" + protocol::to_hex(signer.view()).substr(0, 8) + ".pem";
        DHOW_TRY(const auto certificate,
                 check_certificate(key->key->certificate, certificate_use::sign, bureau));
        add(name, cms);
        add_text(certificate_name, to_pem(certificate));
        DHOW_CHECK(add_entry(bureau));
        x_checks += "signed_by " + name + " " + certificate_name + " " + bureau + "\n";
        return {};
    }

    void add_check(const std::string& line) { x_checks += line + "\n"; }

    std::vector<evidence_file> finish() {
        add_text("verify.sh", evidence_script(x_checks));
        add_text("README.txt", evidence_readme());
        return std::move(x_files);
    }

private:
    /// The entry's JSON is the one whose digest stands in the head at the bureau's place.
    loaded<void> add_entry(const std::string& bureau) {
        const auto& entries = x_trusted.data().entries;
        const auto at = std::ranges::find(entries, bureau,
                                          [](const auto& entry) { return entry.bureau.text(); });
        const auto index = static_cast<std::size_t>(at - entries.begin());
        if (at == entries.end() || index >= x_sources.directory.entries.size()) {
            return problem{errc::missing_field, "the directory's files are not those in use"};
        }
        add_text("entry-" + bureau + ".json", x_sources.directory.entries[index]);
        return {};
    }

    const evidence_sources& x_sources;
    const trust_directory& x_trusted;
    std::vector<evidence_file> x_files;
    std::string x_checks;
};

bytes as_cms(const signed_facts& facts, byte_view content, const protocol::key_id& signer,
             const protocol::signature& value) {
    return protocol::build_signed_data(
        facts.type, content,
        protocol::signed_attributes(facts.type, facts.content_digest, facts.signed_at,
                                    facts.certificate_digest, facts.binding),
        signer, value);
}

}  // namespace

loaded<std::vector<evidence_file>> make_evidence(const evidence_sources& sources,
                                                 const trust_directory& trusted) {
    collection files(sources, trusted);
    std::size_t number = 0;
    for (const auto& head : sources.directory.heads) {
        files.add("head-" + std::to_string(++number) + ".cms", head);
    }
    const auto& seal = sources.seal;
    const auto seal_content = protocol::seal_content(seal);
    DHOW_CHECK(files.add_signed("seal.cms",
                                as_cms(facts_of(seal), seal_content, seal.signer, seal.value),
                                seal.signer, protocol::key_purpose::sign));
    number = 0;
    for (const auto& receipt : sources.receipts) {
        const auto name = "receipt-" + std::to_string(++number) + ".cms";
        DHOW_CHECK(files.add_signed(
            name, as_cms(facts_of(receipt), receipt.content, receipt.signer, receipt.value),
            receipt.signer, protocol::key_purpose::sign));
        files.add_check("names_content_of " + name + " seal.cms");
    }
    if (sources.inner) {
        const auto view = protocol::parse_signed_data(*sources.inner);
        if (!view) {
            return problem{protocol::errc_of(view.error()), "the opened content is malformed"};
        }
        DHOW_CHECK(files.add_signed("inner.cms", *sources.inner, view->signer,
                                    protocol::key_purpose::sign));
        files.add_check("names_file seal.cms inner.cms");
    }
    return files.finish();
}

loaded<void> write_evidence(const std::filesystem::path& folder,
                            const std::vector<evidence_file>& files) {
    DHOW_CHECK(make_folder(folder, true));
    if (!std::filesystem::is_empty(folder)) {
        return problem{errc::conflict, folder.string() + ": is not empty; choose a new folder"};
    }
    for (const auto& file : files) {
        DHOW_CHECK(write_new_private(folder / file.name, file.content));
    }
    return {};
}

}  // namespace dhow::seal
