// Arbitrary bytes against one connection with the whole table of routes and a scripted core.
// The first byte chooses the step by which the rest arrives.
#include "daemon/intake/submit_json.hpp"
#include "tests/support/http_script.hpp"

#include <boost/json.hpp>

using namespace dhow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string input{reinterpret_cast<const char*>(data + 1), size - 1};
    tests::http_script script;
    script.answers_later = (data[0] & 0x80) != 0;
    const std::size_t step = (data[0] & 0x7f) == 0 ? SIZE_MAX : data[0] & 0x7fU;
    const std::string output = script.run(input, step);
    DHOW_ENSURE(output.empty() || output.starts_with("HTTP/1.1 "));
    DHOW_ENSURE(script.memory_left_taken == 0);
    DHOW_ENSURE(script.core.watches.empty());

    http::json_fault fault;
    if (const auto object = http::parse_object(input, fault)) {
        route::request::submit submission;
        const auto problem = intake::read_submit(*object, submission);
        DHOW_ENSURE(problem || (!submission.to.empty() && !submission.kind.empty() &&
                                submission.text.size() <= protocol::limits::text_bytes_max));
    }
    return 0;
}
