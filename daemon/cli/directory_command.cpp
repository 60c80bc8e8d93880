// `dhow directory`: begins, fills, signs, shows and verifies the signed list of bureaus.
// Way of the message: none; the work of the directory's signers, and of whoever checks it.
// Not pure: files, the clock.
// Spec: docs/man/dhow.1, docs/directory-format.md. Tests: unit/cli/offline_verbs_test.cpp.
// Limits: directory_bytes_max.
#include "daemon/app/wall_clock.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/files.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/seal/directory_editor.hpp"
#include "daemon/seal/key_maker.hpp"
#include "daemon/seal/key_ring.hpp"
#include "daemon/seal/private_file.hpp"
#include "daemon/seal/trust_directory.hpp"
#include "protocol/try.hpp"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <iostream>
#include <sstream>

namespace dhow::cli {

namespace {

namespace po = boost::program_options;
using seal::loaded;
using seal::problem;

constexpr verb_usage init_usage{"directory init", "", "Begins a directory in a new folder.", 0, 0};
constexpr verb_usage add_usage{"directory add", "FOLDER",
                               "Adds a bureau to the directory, or replaces its entry.", 1, 1};
constexpr verb_usage sign_usage{"directory sign", "FOLDER",
                                "Adds one signature to the directory's head.", 1, 1};
constexpr verb_usage directory_show_usage{
    "directory show", "FOLDER", "Shows head and entries, without checking signatures.", 1, 1};
constexpr verb_usage verify_usage{"directory verify", "FOLDER",
                                  "Checks the directory as a gateway does.", 1, 1};

int directory_failed(const problem& what, io& streams, exit_code code = exit_code::trust) {
    streams.err << "dhow directory: " << what.text << '\n';
    return to_int(exit_of_problem(what, code));
}

/// The facts are for --json, the text for people.
int ended(const loaded<void>& how, const parsed_options& options, io& streams,
          std::string_view text, const boost::json::object& facts) {
    if (!how) {
        return directory_failed(how.error(), streams);
    }
    if (options.json) {
        streams.out << facts << '\n';
    } else {
        streams.out << text << '\n';
    }
    return to_int(exit_code::done);
}

std::vector<std::string> comma_parts(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, ',');) {
        out.push_back(part);
    }
    return out;
}

int run_init(arguments args, io& streams) {
    po::options_description own("options");
    // clang-format off
    own.add_options()
        ("federation", po::value<std::string>()->value_name("NAME"), "name of the federation")
        ("threshold", po::value<std::uint32_t>()->default_value(2)->value_name("K"),
         "signatures needed")
        ("out", po::value<std::string>()->value_name("FOLDER"), "a new folder");
    // clang-format on
    int code = 0;
    const auto options = parse_options(init_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    const auto folder = options->text("out");
    const auto federation = options->text("federation");
    if (folder.empty() || federation.empty()) {
        return usage_error(init_usage, streams, "--federation and --out are needed");
    }
    const auto threshold = options->values["threshold"].as<std::uint32_t>();
    return ended(seal::init_directory(folder, federation, threshold, app::wall_now()), *options,
                 streams, "directory of " + federation + " begun in " + folder,
                 {{"folder", folder}, {"federation", federation}, {"threshold", threshold}});
}

void add_entry_options(po::options_description& own) {
    using strings = std::vector<std::string>;
    // clang-format off
    own.add_options()
        ("bureau", po::value<std::string>()->value_name("ID"), "the bureau, e.g. ZW")
        ("name", po::value<std::string>()->value_name("TEXT"), "its name")
        ("keys", po::value<std::string>()->value_name("FOLDER"), "folder with its certificates")
        ("older-encrypt", po::value<strings>()->composing()->value_name("FILE"),
         "certificate of an encryption key that still opens; may be repeated")
        ("address", po::value<strings>()->composing()->value_name("URL"),
         "tls://host:port; may be repeated")
        ("instance", po::value<std::string>()->value_name("HEX"), "id of its gateway")
        ("role", po::value<std::string>()->default_value("bureau")->value_name("ROLE"),
         "bureau, hub, general_secretariat or court")
        ("status", po::value<std::string>()->default_value("active")->value_name("STATUS"),
         "active, retiring, suspended or revoked")
        ("invalid-from", po::value<std::string>()->value_name("TIME"),
         "its signatures from this time on do not count")
        ("classes", po::value<std::string>()->default_value("flash,urgent,routine,bulk")
         ->value_name("LIST"), "classes that it may send")
        ("dictionaries", po::value<std::uint32_t>()->default_value(1)->value_name("N"),
         "highest dictionary that it reads")
        ("text-limit", po::value<std::uint64_t>()->value_name("BYTES"),
         "largest text that it takes")
        ("attachment-limit", po::value<std::uint64_t>()->value_name("BYTES"),
         "largest attachments of one message, together, that it takes; 0: none")
        ("parcel-versions", po::value<std::string>()->value_name("LIST"),
         "versions of parcels that it reads, e.g. 0,1; 0 alone when left out")
        ("valid-until", po::value<std::string>()->value_name("TIME"),
         "what the entry says is stale from then on")
        ("languages", po::value<std::string>()->value_name("LANGUAGE,…"),
         "in which it takes messages, best first, such as en,fr")
        ("minimum-software", po::value<std::string>()->value_name("VERSION"),
         "lowest version of its gateway, e.g. 1.2.0");
    // clang-format on
}

problem wrong(const std::string& what) { return {protocol::errc::bad_request, what}; }

template <class Enum>
loaded<Enum> one_of(std::span<const std::string_view> names, const std::string& text,
                    std::string_view what) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text) {
            return static_cast<Enum>(i);
        }
    }
    return wrong("'" + text + "' is no " + std::string(what));
}

constexpr std::array<std::string_view, 4> roles = {"bureau", "hub", "general_secretariat", "court"};
constexpr std::array<std::string_view, 4> statuses = {"active", "retiring", "suspended", "revoked"};

/// The members of an entry that may be left out.
loaded<void> read_optional(const parsed_options& options, protocol::directory_entry& entry) {
    if (options.has("text-limit")) {
        entry.text_bytes = options.values["text-limit"].as<std::uint64_t>();
    }
    if (options.has("attachment-limit")) {
        entry.attachment_bytes = options.values["attachment-limit"].as<std::uint64_t>();
    }
    for (const auto& text : comma_parts(options.text("parcel-versions"))) {
        unsigned version = 0;
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, version);
        if (read.ec != std::errc{} || read.ptr != end || version > 255) {
            return wrong("--parcel-versions are numbers from 0 to 255, ascending, as in 0,1");
        }
        entry.parcel_versions.push_back(static_cast<std::uint8_t>(version));
    }
    if (options.has("valid-until")) {
        entry.valid_until = protocol::parse_utc(options.text("valid-until"));
        if (!entry.valid_until) {
            return wrong("--valid-until is a time like 2026-11-24T18:00:00.000Z");
        }
    }
    entry.minimum_software = options.text("minimum-software");
    entry.languages = comma_parts(options.text("languages"));
    return {};
}

loaded<protocol::directory_entry> entry_of(const parsed_options& options) {
    protocol::directory_entry entry;
    const auto bureau = protocol::bureau_id::parse(options.text("bureau"));
    if (!bureau) {
        return wrong("--bureau is needed: 1 to 8 of A to Z and 0 to 9");
    }
    entry.bureau = *bureau;
    entry.name = options.has("name") ? options.text("name") : std::string(bureau->text());
    DHOW_TRY(entry.role, one_of<protocol::bureau_role>(roles, options.text("role"), "role"));
    DHOW_TRY(entry.status,
             one_of<protocol::bureau_status>(statuses, options.text("status"), "status"));
    entry.dictionaries = options.values["dictionaries"].as<std::uint32_t>();
    for (const auto& name : comma_parts(options.text("classes"))) {
        const auto cls = protocol::parse_class(name);
        if (!cls) {
            return wrong("'" + name + "' is no class");
        }
        entry.classes.push_back(*cls);
    }
    if (options.has("invalid-from")) {
        entry.invalid_from = protocol::parse_utc(options.text("invalid-from"));
        if (!entry.invalid_from) {
            return wrong("--invalid-from is a time like 2026-11-24T18:00:00.000Z");
        }
    }
    DHOW_CHECK(read_optional(options, entry));
    seal::entry_sources sources{.key_folder = options.text("keys"),
                                .older_encrypt = {},
                                .addresses = options.texts("address"),
                                .instance = std::nullopt};
    for (const auto& file : options.texts("older-encrypt")) {
        sources.older_encrypt.emplace_back(file);
    }
    if (options.has("instance")) {
        sources.instance = protocol::from_hex<protocol::instance_id>(options.text("instance"));
        if (!sources.instance) {
            return wrong("--instance has 32 hexadecimal digits");
        }
    }
    DHOW_CHECK(seal::add_keys(entry, sources));
    return entry;
}

int run_add(arguments args, io& streams) {
    po::options_description own("options");
    add_entry_options(own);
    int code = 0;
    const auto options = parse_options(add_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    const auto entry = entry_of(*options);
    if (!entry) {
        return directory_failed(entry.error(), streams,
                                entry.error().code == protocol::errc::bad_request
                                    ? exit_code::usage
                                    : exit_code::trust);
    }
    const auto& folder = options->operands.front();
    return ended(seal::put_entry(folder, *entry, app::wall_now()), *options, streams,
                 "entry of " + std::string(entry->bureau.text()) + " written; to be signed",
                 {{"folder", folder}, {"bureau", entry->bureau.text()}});
}

/// The signer's key and certificate from a folder of `dhow keys root`.
loaded<void> sign_with(const std::filesystem::path& folder, const std::filesystem::path& keys,
                       const std::string& passphrase_file) {
    seal::secret_bytes passphrase;
    if (!passphrase_file.empty()) {
        DHOW_TRY(const auto read, seal::read_secret(passphrase_file, ""));
        const auto text = read.text().substr(0, read.text().find_last_not_of("\r\n") + 1);
        passphrase = seal::secret_bytes(protocol::bytes(text.begin(), text.end()));
    }
    const auto use = seal::certificate_use::directory;
    DHOW_TRY(const auto key, seal::load_private_key("sign the directory",
                                                    seal::private_file_of(use), keys, passphrase));
    DHOW_TRY(const auto pem,
             seal::read_file(keys / seal::certificate_file_of(use), seal::secret_bytes_max));
    DHOW_TRY(const auto found,
             seal::certificates_from_pem({reinterpret_cast<const char*>(pem.data()), pem.size()}));
    DHOW_TRY(const auto certificate, seal::check_certificate(found.front(), use, {}));
    if (certificate.id != key.id) {
        return wrong("the certificate is not that of the key");
    }
    return seal::sign_head(folder, key.key, certificate, app::wall_now());
}

int run_sign(arguments args, io& streams) {
    po::options_description own("options");
    // clang-format off
    own.add_options()
        ("key", po::value<std::string>()->value_name("FOLDER"), "folder made by `dhow keys root`")
        ("passphrase-file", po::value<std::string>()->value_name("FILE"), "opens the key");
    // clang-format on
    int code = 0;
    const auto options = parse_options(sign_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    if (!options->values.contains("key")) {
        return usage_error(sign_usage, streams, "--key is needed");
    }
    const auto& folder = options->operands.front();
    const auto keys = options->text("key");
    return ended(sign_with(folder, keys, options->text("passphrase-file")), *options, streams,
                 "signature added", {{"folder", folder}, {"key", keys}});
}

boost::json::object summary_of(const protocol::directory_head& head) {
    return {{"federation", head.federation},
            {"serial", head.serial},
            {"threshold", head.threshold},
            {"issued", protocol::to_text(head.issued)},
            {"stale_after", protocol::to_text(head.stale_after)},
            {"bureaus", head.entries.size()}};
}

/// What the entry says beyond bureau, status and name, as its file writes it.
boost::json::object details_of(const protocol::directory_entry& entry, const std::string& json) {
    boost::json::object out{{"bureau", entry.bureau.text()},
                            {"status", statuses.at(static_cast<std::size_t>(entry.status))},
                            {"name", entry.name}};
    const auto whole = boost::json::parse(json).as_object();
    for (const auto* name : {"invalid_from", "valid_until", "limits", "parcel_versions",
                             "minimum_software", "languages"}) {
        if (const auto* value = whole.if_contains(name)) {
            out[name] = *value;
        }
    }
    return out;
}

void show_entry(const boost::json::object& entry, std::ostream& out) {
    const auto word = [&](const char* name) { return entry.at(name).as_string().c_str(); };
    out << word("bureau") << "  " << word("status") << "  " << word("name") << '\n';
    for (const auto& [name, value] : entry) {
        if (name != "bureau" && name != "status" && name != "name") {
            out << "    " << name << ": " << value << '\n';
        }
    }
}

int run_directory_show(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(directory_show_usage, {}, args, streams, code);
    if (!options) {
        return code;
    }
    const std::filesystem::path folder = options->operands.front();
    const auto head = seal::read_draft(folder);
    const auto files = seal::read_directory_folder(folder);
    if (!head || !files) {
        return directory_failed(head ? files.error() : head.error(), streams);
    }
    auto summary = summary_of(*head);
    summary["signatures"] = files->heads.size();
    boost::json::array entries;
    for (const auto& json : files->entries) {
        const auto entry = protocol::decode_directory_entry(json);
        if (entry) {
            entries.emplace_back(details_of(*entry, json));
        }
    }
    if (options->json) {
        summary["entries"] = std::move(entries);
        streams.out << summary << '\n';
        return to_int(exit_code::done);
    }
    for (const auto& [name, value] : summary) {
        streams.out << name << ": " << value << '\n';
    }
    for (const auto& entry : entries) {
        show_entry(entry.as_object(), streams.out);
    }
    return to_int(exit_code::done);
}

std::optional<protocol::digest> previous_head(const parsed_options& options) {
    return protocol::from_hex<protocol::digest>(options.text("previous-head"));
}

loaded<protocol::directory> verify(const parsed_options& options) {
    config::trust settings;
    settings.federation = options.text("federation");
    settings.anchors = options.texts("anchors");
    settings.threshold = options.values["threshold"].as<std::uint32_t>();
    DHOW_TRY(const auto anchors, seal::load_anchors(settings, ""));
    std::optional<seal::directory_state> previous;
    if (const auto head = previous_head(options);
        head && options.values.contains("previous-serial")) {
        previous = {options.values["previous-serial"].as<std::uint64_t>(), *head};
    }
    DHOW_TRY(auto directory, seal::load_directory(options.operands.front(), anchors, previous));
    DHOW_CHECK(seal::trust_directory::build(directory));
    return directory;
}

int run_verify(arguments args, io& streams) {
    po::options_description own("options");
    // clang-format off
    own.add_options()
        ("anchors", po::value<std::vector<std::string>>()->composing()->value_name("FILE"),
         "certificates of the signers (PEM); may be repeated")
        ("threshold", po::value<std::uint32_t>()->default_value(2)->value_name("K"),
         "signatures needed")
        ("federation", po::value<std::string>()->value_name("NAME"), "name of the federation")
        ("previous-serial", po::value<std::uint64_t>()->value_name("N"), "serial seen before")
        ("previous-head", po::value<std::string>()->value_name("HEX"), "its digest");
    // clang-format on
    int code = 0;
    const auto options = parse_options(verify_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    if (!options->values.contains("anchors") || !options->values.contains("federation")) {
        return usage_error(verify_usage, streams, "--anchors and --federation are needed");
    }
    if (options->has("previous-serial") && !previous_head(*options)) {
        return usage_error(verify_usage, streams,
                           "--previous-head, 64 hexadecimal digits, goes with --previous-serial");
    }
    const auto directory = verify(*options);
    if (!directory) {
        return directory_failed(directory.error(), streams, exit_code::verification_failed);
    }
    auto summary = summary_of(directory->head);
    summary["head"] = protocol::to_hex(directory->head_digest.view());
    if (options->json) {
        streams.out << summary << '\n';
    } else {
        streams.out << "directory of " << directory->head.federation << ", serial "
                    << directory->head.serial << ", " << directory->entries.size()
                    << " bureaus: good\nhead " << summary.at("head").as_string().c_str() << '\n';
    }
    return to_int(exit_code::done);
}

constexpr std::array directory_verbs = {
    verb{"init", "begin a directory", run_init},
    verb{"add", "add or replace a bureau's entry", run_add},
    verb{"sign", "add a signature", run_sign},
    verb{"show", "show head and entries", run_directory_show},
    verb{"verify", "check it as a gateway does", run_verify},
};

}  // namespace

int run_directory(arguments args, std::ostream& out, std::ostream& err) {
    io streams{std::cin, out, err};
    return dispatch("dhow directory", directory_verbs, args, streams);
}

}  // namespace dhow::cli
