// SQL texts made of the columns of a row.
// Way of the message: between the rows of rows.hpp and the tables of sqlite_schema.
// Pure.
// Spec: docs/store.md. Tests: store_contract.
// Limits: none.
#include "daemon/store/sqlite_rows.hpp"

#include <algorithm>

namespace dhow::store {

std::string qualified_columns(const char* table, const char* columns) {
    std::string out = std::string(table) + ".";
    for (const char* at = columns; *at != '\0'; ++at) {
        out += *at;
        if (*at == ',') {
            out += std::string(" ") + table + ".";
            while (at[1] == ' ') {
                ++at;
            }
        }
    }
    return out;
}

std::string insert_sql(const char* table, const char* columns, const char* verb) {
    const std::string names(columns);
    const auto commas = std::count(names.begin(), names.end(), ',');
    std::string values = "?";
    for (auto at = commas; at > 0; --at) {
        values += ", ?";
    }
    return std::string(verb) + " INTO " + table + " (" + names + ") VALUES (" + values + ")";
}

}  // namespace dhow::store
