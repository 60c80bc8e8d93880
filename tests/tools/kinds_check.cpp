// Says for each line of its input what the schema of its kind finds: for kinds_oracle_test.py.
// Way of the message: none; a tool of the tests.
// Not pure: standard input and output.
// Spec: docs/decisions/0014-kinds.md. Tests: none.
// Limits: none; one document a line.
#include "protocol/kinds/registry.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace json = boost::json;
namespace kinds = dhow::kinds;

int main() {
    const auto& data = kinds::registry::in_force();
    for (std::string line; std::getline(std::cin, line);) {
        const auto document = json::parse(line);
        const auto kind = std::string{document.at("kind").as_string()};
        kinds::problem_list problems;
        data.schemas().check(kind + ".json", document.at("text"), problems, {});
        json::array found;
        for (const auto& each : problems.all()) {
            if (each.severity == kinds::severity::refusal) {
                found.emplace_back(json::array{each.pointer, each.text});
            }
        }
        std::cout << json::object{{"left_off", problems.left_off()}, {"problems", found}} << "\n";
    }
}
