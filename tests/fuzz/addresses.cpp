// Addresses of settings, and lines of the log: what is accepted is written and read again, what is
// refused is refused with a sentence.
#include "actors/core/check.hpp"
#include "config/address.hpp"
#include "config/limits.hpp"
#include "config/listen_address.hpp"
#include "config/postgres_location.hpp"
#include "config/rabbitmq_location.hpp"
#include "config/redis_location.hpp"
#include "config/webhook_secret.hpp"
#include "logging/log_line.hpp"
#include "tests/fuzz/terminal_text.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice {
namespace {

void read_listen_address(const std::string& text) {
  const auto read = parse_listen_address(text);
  if (!read) return;
  const auto written = to_text(*read);
  check(fuzz::is_sentence(written), "an address is text");
  check(parse_listen_address(written) == read, "an address is read from its text");
  const auto& host = read->host;
  if (host == "localhost" || host == "::1" || host.starts_with("127."))
    check(is_loopback(*read), "these are this machine");
  if (host == "0.0.0.0" || host == "::") check(!is_loopback(*read), "these are every machine");
}

void read_rabbitmq_location(const std::string& text) {
  const auto read = parse_rabbitmq_location(text);
  if (const auto* fault = std::get_if<std::string>(&read))
    return check(fuzz::is_sentence(*fault), "a refusal is a sentence");
  const auto& at = std::get<rabbitmq_location>(read);
  check(!at.host.empty() && at.port != 0 && !at.vhost.empty(), "there is somebody to ask");
}

void read_webhook_secret(const std::string& text) {
  const auto read = parse_webhook_secret(text);
  if (const auto* fault = std::get_if<secret_fault>(&read))
    return check(fuzz::is_sentence(fault->why), "a refusal is a sentence");
  const auto size = std::get<webhook_key>(read).bytes.size();
  check(size >= limits::webhook_secret_bytes_min && size <= limits::webhook_secret_bytes_max,
        "a key is neither short nor long");
}

void read_web_address(const std::string& text) {
  const auto read = parse_web_address(text);
  if (const auto* fault = std::get_if<address_fault>(&read))
    return check(fuzz::is_sentence(to_text(*fault)), "a refusal is a sentence");
  const auto& address = std::get<web_address>(read);
  check(address.url.starts_with("http://") || address.url.starts_with("https://"), "of the web");
  check(address.path.starts_with('/') && address.url.ends_with(address.path), "with its path");
  check(fuzz::is_sentence(address.url), "of visible characters");
  check(address.url.find_first_of(" #@") == std::string::npos ||
            address.path.find('@') != std::string::npos,
        "without user and fragment");
  check(parse_web_address(address.url) == read, "an address is read from its text");
}

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
  }
  return out;
}

std::string written(const redis_location& at) {
  using way = redis_location::way;
  std::string out = at.by == way::tcp           ? "redis://"
                    : at.by == way::unix_socket ? "redis+unix://"
                                                : "redis-sentinel://";
  if (!at.password.empty()) out += percent(at.user) + ':' + percent(at.password) + '@';
  const char* comma = "";
  for (const auto& [host, port] : at.addresses) {
    const bool v6 = host.find(':') != std::string::npos;
    out += std::exchange(comma, ",") + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
  }
  if (at.by == way::unix_socket) out += '/' + percent(at.socket.substr(1));
  if (at.by == way::sentinel) out += '/' + percent(at.master);
  if (at.by != way::unix_socket) out += '/' + std::to_string(at.database);
  return out + "?db=" + std::to_string(at.database) + "&prefix=" + percent(at.prefix);
}

void read_redis_location(const std::string& text) {
  const auto read = parse_redis_location(text);
  if (const auto* fault = std::get_if<location_fault>(&read))
    return check(fuzz::is_sentence(*fault), "a refusal is a sentence");
  const auto& at = std::get<redis_location>(read);
  check(at.database >= 0 && !at.prefix.empty(), "there is a database, and a prefix");
  const auto repeated = parse_redis_location(written(at));
  const auto* again = std::get_if<redis_location>(&repeated);
  check(again != nullptr, "a location can be written as a URL");
  check(again->by == at.by && again->socket == at.socket && again->master == at.master &&
            again->user == at.user && again->password == at.password &&
            again->database == at.database && again->prefix == at.prefix,
        "which says the same");
  check(again->addresses.size() == at.addresses.size(), "with all its hosts");
  for (std::size_t i = 0; i < at.addresses.size(); ++i)
    check(again->addresses[i].host == at.addresses[i].host &&
              again->addresses[i].port == at.addresses[i].port,
          "in order");
}

void read_postgres_location(const std::string& text) {
  const auto read = parse_postgres_location(text, std::chrono::seconds{5});
  if (const auto* fault = std::get_if<location_fault>(&read))
    return check(fuzz::is_sentence(*fault), "a refusal is a sentence");
  const auto& at = std::get<postgres_location>(read);
  const auto repeated = parse_postgres_location(at.parameters, std::chrono::seconds{5});
  const auto* again = std::get_if<postgres_location>(&repeated);
  check(again != nullptr && again->public_name == at.public_name,
        "what libpq is told says the same");
}

void write_log_lines(FuzzedDataProvider& dice) {
  const auto message = dice.ConsumeRandomLengthString(60),
             text = dice.ConsumeRandomLengthString(60);
  check(fuzz::is_clean(for_terminal(text)), "what is said steers no terminal");
  const auto number = dice.ConsumeIntegral<std::int64_t>();
  const auto fraction = dice.ConsumeFloatingPoint<double>();
  const std::vector<log_field> fields{
      {"text", text}, {"number", number}, {"fraction", fraction}, {"yes", true}};
  check(fuzz::is_sentence(format_text("http", message, fields)), "a line of text is one line");
  const auto line = format_json("http", message, fields);
  check(fuzz::is_sentence(line), "so is a line of JSON");
  const auto read = nlohmann::json::parse('{' + line + '}', nullptr, false);
  check(!read.is_discarded(), "which is JSON");
  check(read.at("number") == number && read.at("yes") == true, "with the fields");
  if (fuzz::is_clean(text)) check(read.at("text") == text && read.size() == 6, "as they were");
}

void run(FuzzedDataProvider& dice) {
  write_log_lines(dice);
  constexpr const char* some[] = {"",
                                  "[::1]:80",
                                  "redis://",
                                  "redis+unix://:p@/",
                                  "redis-sentinel://u:p@h,[::2]:1/m",
                                  "https://",
                                  "http://a.example:80/b?c",
                                  "localhost:",
                                  "amqps://u:p@h",
                                  "whsec_"};
  const auto begin = std::string{dice.PickValueInArray(some)};
  const auto text = begin + dice.ConsumeRemainingBytesAsString();
  read_listen_address(text);
  read_web_address(text);
  read_redis_location(text);
  read_postgres_location(text);
  read_rabbitmq_location(text);
  read_webhook_secret(text);
}

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::run(dice);
  return 0;
}
