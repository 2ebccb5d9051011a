#include "http/server/json_text.hpp"

#include "config/limits.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <openssl/sha.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

constexpr char nul = '\0';

// Builds the value while the text is read, so that depth and repeated names are refused on the way.
class strict_builder : public nlohmann::json_sax<json> {
 public:
  json root;
  std::string fault;

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return refuse("has a binary value"); }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse("has the member \"" + name + "\" twice");
    slot_ = &(*open_.back())[name];
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // Out-of-range numbers arrive here too (id 406); the library's own wording stays inside.
    return refuse(error.id == 406 ? "has a number that is out of range"
                                  : "is not JSON at byte " + std::to_string(position));
  }

 private:
  json* place(json&& value) {
    if (open_.empty()) return &(root = std::move(value));
    if (slot_ != nullptr) return &(*std::exchange(slot_, nullptr) = std::move(value));
    open_.back()->push_back(std::move(value));
    return &open_.back()->back();
  }
  bool put(json value) { return place(std::move(value)) != nullptr; }
  bool open(json value) {
    if (open_.size() >= limits::json_depth_levels_max) return refuse("is nested too deeply");
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool refuse(std::string why) {
    if (fault.empty()) fault = std::move(why);
    return false;
  }

  std::vector<json*> open_;  // pointers stay valid: only the innermost value grows
  json* slot_{nullptr};
};

class hasher {
 public:
  // Length first, so that no two sequences of parts look alike.
  hasher& part(std::string_view text) {
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes_.push_back(static_cast<char>((std::uint64_t{text.size()} >> shift) & 0xFF));
    bytes_.append(text);
    return *this;
  }
  [[nodiscard]] digest result() const {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(), hash.data());
    digest d;
    for (std::size_t i = 0; i < 8; ++i) {
      d.high = (d.high << 8) | hash[i];
      d.low = (d.low << 8) | hash[i + 8];
    }
    return d;
  }

 private:
  std::string bytes_;
};

}  // namespace

std::variant<json, json_fault> parse_json(std::string_view text) {
  strict_builder builder;
  // The library takes a NUL byte for the end of the text, whatever follows.
  if (text.find(nul) != std::string_view::npos) return json_fault{"is not JSON: it has a NUL byte"};
  if (json::sax_parse(text.begin(), text.end(), &builder)) return std::move(builder.root);
  if (builder.fault.empty()) builder.fault = "is not JSON";
  return json_fault{std::move(builder.fault)};
}

digest digest_of(const json& value) {
  // nlohmann::json keeps members sorted by name, so its plain dump is canonical.
  return hasher{}.part(value.dump()).result();
}

digest digest_of_parts(const std::vector<std::string>& parts) {
  hasher all;
  for (const auto& each : parts)
    all.part(each);
  return all.result();
}

request_key make_request_key(const user_id& user, std::string_view method, std::string_view path,
                             std::string_view key, const json& body) {
  return {hasher{}.part(user.value).part(method).part(path).part(key).result(), digest_of(body)};
}

}  // namespace boxoffice::http
