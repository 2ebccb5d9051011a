#pragma once

#include "logging/log.hpp"

#include <span>
#include <string>
#include <string_view>

namespace boxoffice {

/// `text` as the inside of a JSON string: quotes, backslashes and controls escaped, what is no
/// UTF-8 replaced by U+FFFD, cut at limits::log_field_bytes_max. **Source**: RFC 8259, 7.
std::string escape_json(std::string_view text);

/// `text` for people at a terminal: as `escape_json`, but quotes, backslashes and ends of lines
/// stay.
/// **Why**: what is said of a path or an id holds what was typed, or what somebody else wrote.
std::string for_terminal(std::string_view text);

/// The members of a JSON line after time and level: `"component":"http","message":…,"status":201`.
std::string format_json(std::string_view component, std::string_view message,
                        std::span<const log_field> fields);

/// The rest of a text line: `http: request done request_id=r1 status=201`. Texts that would be
/// taken for something else are quoted; controls are escaped, so that no client can forge a line
/// or steer a terminal.
std::string format_text(std::string_view component, std::string_view message,
                        std::span<const log_field> fields);

}  // namespace boxoffice
