#include "config/postgres_location.hpp"

#include <algorithm>
#include <charconv>
#include <libpq-fe.h>
#include <memory>
#include <string_view>
#include <vector>

namespace boxoffice {
namespace {

/// The members that the text gives.
class parameter_list {
 public:
  explicit parameter_list(const std::string& text) {
    char* fault = nullptr;  // not told: it may quote a password
    read_.reset(PQconninfoParse(text.c_str(), &fault));
    PQfreemem(fault);
  }
  [[nodiscard]] bool is_read() const { return read_ != nullptr; }
  [[nodiscard]] std::string_view value(std::string_view key) const {
    for (const auto* one = read_.get(); one->keyword != nullptr; ++one)
      if (one->keyword == key && one->val != nullptr) return one->val;
    return {};
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto* one = read_.get(); one->keyword != nullptr; ++one) {
      if (one->val == nullptr) continue;
      out.append(out.empty() ? "" : " ").append(one->keyword).append("='");
      for (const char c : std::string_view{one->val}) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
      }
      out += '\'';
    }
    return out;
  }

 private:
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> read_{nullptr, PQconninfoFree};
};

std::vector<std::string_view> elements(std::string_view list) {
  std::vector<std::string_view> all;
  while (true) {
    all.push_back(list.substr(0, list.find(',')));
    if (all.back().size() == list.size()) return all;
    list.remove_prefix(all.back().size() + 1);
  }
}

bool is_port(std::string_view text) {
  std::uint16_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return text.empty() || (read.ec == std::errc{} && read.ptr == end && value != 0);
}

std::string name_of(const parameter_list& all) {
  const auto named = all.value("host");
  const auto hosts = elements(named.empty() ? all.value("hostaddr") : named);
  const auto ports = elements(all.value("port"));
  std::string out;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    out.append(i == 0 ? "" : ",").append(hosts[i]);
    const auto port = ports.size() == 1 ? ports[0] : (i < ports.size() ? ports[i] : "");
    if (!port.empty()) out.append(":").append(port);
  }
  return out.append("/").append(all.value("dbname"));
}

}  // namespace

std::variant<postgres_location, location_fault> parse_postgres_location(
    const std::string& text, std::chrono::seconds connect_time) {
  if (text.find('\0') != std::string::npos) return "must not hold a NUL";
  const parameter_list all{text};
  if (!all.is_read())
    return "must be a location that libpq reads: postgresql://user:password@host/database, or "
           "host=… dbname=…, with the options that it knows";
  if (!std::ranges::all_of(elements(all.value("port")), is_port))
    return "must name ports from 1 to 65535, or none";
  postgres_location out{all.text(), name_of(all)};
  if (all.value("connect_timeout").empty())
    out.parameters += " connect_timeout=" + std::to_string(connect_time.count());
  return out;
}

}  // namespace boxoffice
