// Writes a synthetic corpus for training the zstd dictionary: signed contents as they are
// compressed. usage: dictionary_corpus FOLDER [COUNT]. Invented persons and cases only; the same
// corpus at each run.
#include "protocol/content.hpp"
#include "protocol/parcel.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace dhow::tests {

namespace {

namespace json = boost::json;
using protocol::bytes;

/// splitmix64: small, and the same on every machine.
class dice {
public:
    explicit dice(std::uint64_t seed) : x_state(seed) {}
    std::uint64_t next() {
        std::uint64_t z = (x_state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t end) { return next() % end; }
    std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        return low + below(high - low + 1);
    }
    bool percent(std::uint64_t chance) { return below(100) < chance; }
    template <std::size_t Size>
    std::string_view one_of(const std::string_view (&list)[Size]) {
        return list[below(Size)];
    }
    template <class Fixed>
    Fixed fixed() {
        Fixed out;
        for (auto& byte : out.value) {
            byte = static_cast<std::uint8_t>(next());
        }
        return out;
    }

private:
    std::uint64_t x_state;
};

constexpr std::string_view countries[] = {"ZW", "MU", "KE", "ZM", "RW", "TZ", "MZ",
                                          "ZA", "BW", "MG", "SC", "KM", "UG", "ET",
                                          "NG", "SN", "FR", "GB", "IN", "AE"};
constexpr std::string_view syllables[] = {"ka", "mo", "ri", "ta", "su", "ne", "lo",
                                          "wa", "zi", "ba", "du", "fe", "go", "hi",
                                          "ju", "le", "mi", "no", "pa", "ro"};
constexpr std::string_view eyes[] = {"BLA", "BLU", "BRO", "BROD", "GRE", "GRY"};
constexpr std::string_view hairs[] = {"BLA", "BRO", "BROF", "GRY", "HAIB", "RED"};
constexpr std::string_view languages[] = {"ENG", "FRE", "SPA", "ARA", "SWA", "POR", "SNA"};
constexpr std::string_view agencies[] = {"border-police",  "customs",
                                         "judiciary",      "duty-desk",
                                         "airport-police", "criminal-investigation"};
constexpr std::string_view offences[] = {"Murder",
                                         "Fraud by false pretences",
                                         "Theft of motor vehicles",
                                         "Trafficking in human beings",
                                         "Illicit trafficking in narcotic drugs",
                                         "Money laundering",
                                         "Forgery of travel documents",
                                         "Illegal possession of firearms",
                                         "Armed robbery",
                                         "Participation in a criminal organisation"};
constexpr std::string_view sentences[] = {
    "The subject was identified at the primary inspection line on presenting the document. ",
    "Please confirm the validity of the record and the identity of the subject without delay. ",
    "The subject is detained pending your reply. ",
    "Please inform us whether extradition will be requested, and by when the papers will be sent. ",
    "Fingerprints and a photograph are attached. ",
    "This message must not be passed on without the consent of the originating bureau. ",
    "The warrant remains in force according to the competent judicial authority. ",
    "The vehicle was reported stolen by its owner and crossed the border two days later. ",
    "Merci de confirmer la validité du mandat d'arrêt et l'identité de la personne. ",
    "La personne a été interpellée lors d'un contrôle à la frontière. ",
    "Se ruega confirmen la vigencia de la orden de detención. ",
    "Kindly acknowledge receipt and quote our reference in your reply. "};

std::string name(dice& roll) {
    std::string out;
    for (auto left = roll.between(2, 4); left > 0; --left) {
        out += roll.one_of(syllables);
    }
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

std::string number(dice& roll, std::size_t digits) {
    std::string out;
    while (out.size() < digits) {
        out += static_cast<char>('0' + roll.below(10));
    }
    return out;
}

std::string date(dice& roll, unsigned from, unsigned to, char separator) {
    const auto two = [](std::uint64_t value) {
        return (value < 10 ? "0" : "") + std::to_string(value);
    };
    return std::to_string(roll.between(from, to)) + separator + two(roll.between(1, 12)) +
           separator + two(roll.between(1, 28));
}

std::string time(dice& roll) {
    return date(roll, 2026, 2030, '-') + "T" + std::to_string(roll.between(10, 23)) + ":" +
           std::to_string(roll.between(10, 59)) + ":" + std::to_string(roll.between(10, 59)) +
           ".000Z";
}

std::string prose(dice& roll, std::uint64_t sentence_count) {
    std::string out;
    for (; sentence_count > 0; --sentence_count) {
        out += roll.one_of(sentences);
    }
    return out;
}

std::string record(dice& roll) {
    return std::to_string(roll.between(2015, 2030)) + "/" + number(roll, roll.between(4, 6));
}

json::object person(dice& roll) {
    json::object out{
        {"name", name(roll)},
        {"forename", name(roll)},
        {"sex_id", roll.percent(80) ? "M" : "F"},
        {"date_of_birth", date(roll, 1950, 2005, '/')},
        {"place_of_birth", name(roll)},
        {"country_of_birth_id", roll.one_of(countries)},
        {"nationalities", json::array{roll.one_of(countries)}},
        {"languages_spoken_ids", json::array{roll.one_of(languages), roll.one_of(languages)}},
        {"person_status", roll.percent(70) ? "wanted" : "suspect"}};
    if (roll.percent(40)) {
        out["height"] = 1.5 + static_cast<double>(roll.below(50)) / 100;
        out["weight"] = roll.between(50, 110);
        out["eyes_colors_id"] = json::array{roll.one_of(eyes)};
        out["hairs_id"] = json::array{roll.one_of(hairs)};
        out["distinguishing_marks"] = "Scar on the left forearm";
    }
    if (roll.percent(50)) {
        out["identity_documents"] =
            json::array{{{"number", name(roll).substr(0, 2) + number(roll, 7)},
                         {"type", "passport"},
                         {"issuer", roll.one_of(countries)},
                         {"expires", date(roll, 2027, 2035, '-')}}};
    }
    return out;
}

json::object common(dice& roll) {
    return {{"schema_version", 1},
            {"lang", roll.percent(70) ? "en" : "fr"},
            {"confidentiality", "INTERPOL FOR OFFICIAL USE ONLY"},
            {"purpose", roll.percent(60) ? "arrest/extradition" : "locate/identify"},
            {"handling", json::array{"H2"}},
            {"ncb_ref", std::string(roll.one_of(countries)) + "/" + number(roll, 4) + "/2026"}};
}

json::object hit_request(dice& roll) {
    auto out = common(roll);
    out["request_type"] = roll.percent(50) ? "wanted person" : "travel document";
    out["request_no"] = roll.between(1, 3);
    out["urgency"] = roll.percent(60) ? "U" : "R";
    out["record_kind"] = roll.percent(50) ? "red" : "SLTD";
    out["record_id"] = record(roll);
    out["found"] = json::object{{"time", time(roll)},
                                {"place", name(roll) + " International Airport"},
                                {"port_type", "air"},
                                {"country", roll.one_of(countries)}};
    out["matched_on"] = json::array{"name+DOB", "document number"};
    out["subject_presented"] = person(roll);
    out["custody"] = roll.percent(50) ? "detained on this hit only" : "transit until";
    out["officer_contact"] = json::object{{"name", "Duty officer " + name(roll)},
                                          {"phone", "+999 " + number(roll, 9)},
                                          {"hours", "24/7"}};
    out["remarks"] = prose(roll, roll.between(1, 6));
    return out;
}

json::object hit_reply(dice& roll) {
    auto out = common(roll);
    out["record_id"] = record(roll);
    out["status"] = roll.percent(70) ? "VALID" : "IN_PROCESS";
    out["ready_by"] = time(roll);
    out["identity"] = roll.percent(70) ? "confirmed" : "undetermined";
    out["extradition_intent"] = roll.percent(70) ? "yes" : "pending";
    out["confirming_official"] = name(roll);
    out["instructions"] = prose(roll, roll.between(1, 5));
    return out;
}

json::object notice(dice& roll) {
    auto out = common(roll);
    out["entity_id"] = record(roll);
    out["version"] = roll.between(1, 4);
    out["person"] = person(roll);
    out["facts"] = prose(roll, roll.between(8, 40));
    out["wanted_for"] = roll.percent(70) ? "prosecution" : "sentence";
    out["action_on_location"] = "provisional arrest";
    out["extradition_sought_from"] = "all";
    out["assurance_extradition"] = true;
    out["public_extract"] = false;
    out["offence_codes"] = json::array{"ILM"};
    out["arrest_warrants"] =
        json::array{{{"issuing_country_id", roll.one_of(countries)},
                     {"charge", roll.one_of(offences)},
                     {"law_provision", "Section " + number(roll, 3) + " of the Criminal Code"},
                     {"max_penalty_months", roll.between(24, 300)},
                     {"warrant_ref", number(roll, 4) + "/2026"},
                     {"warrant_date", date(roll, 2015, 2026, '-')},
                     {"issuing_authority", "High Court of " + name(roll)},
                     {"expiry_date", "none"}}};
    return out;
}

json::object diffusion(dice& roll) {
    auto out = notice(roll);
    out["recipients"] = json::array{roll.one_of(countries), roll.one_of(countries), "IPSG"};
    out["reason_not_notice"] = "limited recipients";
    out["compliance"] = "pending";
    return out;
}

void set_text(protocol::content& content, std::string_view kind, const json::object& value) {
    const auto text = json::serialize(value);
    content.kind = kind;
    content.media_type = "application/json";
    content.text.assign(text.begin(), text.end());
}

protocol::content sample(dice& roll) {
    protocol::content content;
    content.agency = roll.one_of(agencies);
    switch (roll.below(6)) {
        case 0:
            set_text(content, "hit.request", hit_request(roll));
            break;
        case 1:
            set_text(content, "hit.notification", hit_request(roll));
            break;
        case 2:
            set_text(content, "hit.reply", hit_reply(roll));
            break;
        case 3:
            set_text(content, "notice.publication", notice(roll));
            break;
        case 4:
            set_text(content, "diffusion.circulation", diffusion(roll));
            break;
        default: {
            content.kind = "message.text";
            content.media_type = "text/plain; charset=utf-8";
            const auto text = prose(roll, roll.between(2, 20));
            content.text.assign(text.begin(), text.end());
        }
    }
    content.subject =
        std::string(roll.one_of(offences)) + ", our reference " + number(roll, 4) + "/2026";
    for (auto count = roll.between(1, 3); count > 0; --count) {
        content.recipients.push_back(protocol::bureau_id::parse(roll.one_of(countries)).value());
    }
    std::sort(content.recipients.begin(), content.recipients.end());
    content.recipients.erase(std::unique(content.recipients.begin(), content.recipients.end()),
                             content.recipients.end());
    return content;
}

/// The content in its signed form, with random numbers where keys, digests and the signature stand.
bytes signed_sample(dice& roll) {
    const auto content = protocol::encode_content(sample(roll));
    const auto signed_at =
        std::chrono::sys_seconds(std::chrono::seconds(roll.between(1'795'000'000, 1'900'000'000)));
    const auto attributes = protocol::signed_attributes(
        protocol::signed_content::message, roll.fixed<protocol::digest>(), signed_at,
        roll.fixed<protocol::digest>(), roll.fixed<protocol::digest>());
    return protocol::build_signed_data(protocol::signed_content::message, content, attributes,
                                       roll.fixed<protocol::key_id>(),
                                       roll.fixed<protocol::signature>());
}

}  // namespace

}  // namespace dhow::tests

int main(int count, char** values) {
    if (count < 2) {
        std::cerr << "usage: dictionary_corpus FOLDER [COUNT]\n";
        return 2;
    }
    dhow::tests::dice roll(1);
    const int samples = count > 2 ? std::atoi(values[2]) : 4000;
    for (int i = 0; i < samples; ++i) {
        const auto sample = dhow::tests::signed_sample(roll);
        std::ofstream file(std::filesystem::path(values[1]) / std::to_string(i), std::ios::binary);
        file.write(reinterpret_cast<const char*>(sample.data()),
                   static_cast<std::streamsize>(sample.size()));
    }
    return 0;
}
