// `dhow keys`: makes the keys of a bureau or of a directory signer, and shows certificates.
// Way of the message: none; before a gateway's first start.
// Not pure: files, random, the clock, for the dates of certificates.
// Spec: docs/man/dhow.1, docs/operations.md#keys. Tests: unit/cli/offline_verbs_test.cpp.
// Limits: none.
#include "daemon/app/wall_clock.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/files.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/seal/key_maker.hpp"
#include "daemon/seal/private_file.hpp"

#include <boost/json.hpp>

#include <array>
#include <iostream>

namespace dhow::cli {

namespace {

namespace po = boost::program_options;

constexpr verb_usage create_usage{"keys create", "",
                                  "Makes a bureau's keys and certificates in a new folder.", 0, 0};
constexpr verb_usage root_usage{
    "keys root", "", "Makes the key of one of the directory's signers in a new folder.", 0, 0};
constexpr verb_usage keys_show_usage{"keys show", "FOLDER",
                                     "Shows the certificates in a key folder.", 1, 1};

int keys_failed(const seal::problem& what, io& streams) {
    streams.err << "dhow keys: " << what.text << '\n';
    return to_int(exit_of_problem(what, exit_code::trust));
}

/// The passphrase of --passphrase-file, without the newline of an editor; empty when not given.
seal::loaded<seal::secret_bytes> passphrase_of(const parsed_options& options) {
    if (!options.has("passphrase-file")) {
        return seal::secret_bytes();
    }
    auto read = seal::read_secret(options.text("passphrase-file"), "");
    if (!read) {
        return read.error();
    }
    const auto text = read->text().substr(0, read->text().find_last_not_of("\r\n") + 1);
    return seal::secret_bytes(protocol::bytes(text.begin(), text.end()));
}

seal::loaded<seal::key_request> request_of(const parsed_options& options,
                                           const std::string& owner) {
    auto passphrase = passphrase_of(options);
    if (!passphrase) {
        return passphrase.error();
    }
    return seal::key_request{owner, options.text("name"), options.text("out"),
                             std::move(*passphrase), app::wall_now()};
}

int run_create(arguments args, io& streams) {
    po::options_description own("options");
    // clang-format off
    own.add_options()
        ("bureau", po::value<std::string>()->value_name("ID"), "the bureau, e.g. ZW")
        ("name", po::value<std::string>()->value_name("TEXT"), "its name, for the certificates")
        ("out", po::value<std::string>()->value_name("FOLDER"), "a new folder")
        ("passphrase-file", po::value<std::string>()->value_name("FILE"),
         "encrypts the private keys");
    // clang-format on
    int code = 0;
    const auto options = parse_options(create_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    const auto bureau = protocol::bureau_id::parse(options->text("bureau"));
    if (!bureau || !options->values.contains("out")) {
        return usage_error(create_usage, streams,
                           "--bureau (A to Z and 0 to 9) and --out are needed");
    }
    const auto request = request_of(*options, std::string(bureau->text()));
    if (!request) {
        return keys_failed(request.error(), streams);
    }
    if (const auto made = seal::create_bureau_keys(*request); !made) {
        return keys_failed(made.error(), streams);
    }
    const auto offline = request->folder / seal::archive_folder;
    if (options->json) {
        streams.out << boost::json::object{{"folder", request->folder.string()},
                                           {"archive_folder", offline.string()}}
                    << '\n';
    } else {
        streams.out << "keys of " << bureau->text() << " made in " << request->folder.string()
                    << '\n';
    }
    streams.err
        << "Carry " << offline.string()
        << " off this machine now: whoever has it reads everything that the bureau ever sent.\n";
    return to_int(exit_code::done);
}

int run_root(arguments args, io& streams) {
    po::options_description own("options");
    // clang-format off
    own.add_options()
        ("signer", po::value<std::string>()->value_name("NAME"),
         "a name for the signer, e.g. lyon-1")
        ("name", po::value<std::string>()->value_name("TEXT"), "organisation, for the certificate")
        ("out", po::value<std::string>()->value_name("FOLDER"), "a new folder")
        ("passphrase-file", po::value<std::string>()->value_name("FILE"),
         "encrypts the private key");
    // clang-format on
    int code = 0;
    const auto options = parse_options(root_usage, own, args, streams, code);
    if (!options) {
        return code;
    }
    if (!options->values.contains("out")) {
        return usage_error(root_usage, streams, "--out is needed");
    }
    auto signer = options->text("signer");
    if (signer.empty()) {
        signer = std::filesystem::path(options->text("out")).filename().string();
    }
    if (signer.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
        return usage_error(root_usage, streams,
                           "--signer has lower-case letters, digits and '-' only");
    }
    const auto request = request_of(*options, signer);
    if (!request) {
        return keys_failed(request.error(), streams);
    }
    if (const auto made = seal::create_directory_key(*request); !made) {
        return keys_failed(made.error(), streams);
    }
    const auto certificate =
        request->folder / seal::certificate_file_of(seal::certificate_use::directory);
    if (options->json) {
        streams.out << boost::json::object{{"folder", request->folder.string()},
                                           {"certificate", certificate.string()}}
                    << '\n';
    } else {
        streams.out << "directory key of " << signer << " made in " << request->folder.string()
                    << "\ngive " << certificate.string() << " to every bureau, as trust anchor\n";
    }
    return to_int(exit_code::done);
}

constexpr std::array all_uses = {seal::certificate_use::link, seal::certificate_use::sign,
                                 seal::certificate_use::encrypt, seal::certificate_use::archive,
                                 seal::certificate_use::directory};

/// Key id and digest of each certificate in the folder; a missing one is left out.
boost::json::array certificates_in(const std::filesystem::path& folder) {
    boost::json::array out;
    for (const auto use : all_uses) {
        const auto name = seal::certificate_file_of(use);
        const auto pem = seal::read_file(folder / name, seal::secret_bytes_max);
        const auto found = pem ? seal::certificates_from_pem(
                                     {reinterpret_cast<const char*>(pem->data()), pem->size()})
                               : seal::loaded<std::vector<protocol::bytes>>(pem.error());
        if (!found) {
            continue;
        }
        if (const auto facts = seal::certificate_facts_of(found->front())) {
            out.push_back({{"file", name},
                           {"use", std::string(seal::to_text(use))},
                           {"owner", facts->uri},
                           {"key_id", protocol::to_hex(facts->id.view())},
                           {"sha256", protocol::to_hex(facts->digest.view())}});
        }
    }
    return out;
}

int run_keys_show(arguments args, io& streams) {
    int code = 0;
    const auto options = parse_options(keys_show_usage, {}, args, streams, code);
    if (!options) {
        return code;
    }
    const auto found = certificates_in(options->operands.front());
    if (found.empty()) {
        streams.err << "dhow keys: " << options->operands.front() << ": holds no certificates\n";
        return to_int(exit_code::not_found);
    }
    if (options->json) {
        streams.out << found << '\n';
        return to_int(exit_code::done);
    }
    for (const auto& one : found) {
        streams.out << one.at("use").as_string().c_str() << "  "
                    << one.at("owner").as_string().c_str() << "  "
                    << one.at("key_id").as_string().c_str() << '\n';
    }
    return to_int(exit_code::done);
}

constexpr std::array keys_verbs = {
    verb{"create", "make a bureau's keys", run_create},
    verb{"root", "make a directory signer's key", run_root},
    verb{"show", "show the certificates of a key folder", run_keys_show},
};

}  // namespace

int run_keys(arguments args, std::ostream& out, std::ostream& err) {
    io streams{std::cin, out, err};
    return dispatch("dhow keys", keys_verbs, args, streams);
}

}  // namespace dhow::cli
