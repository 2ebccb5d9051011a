#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace boxoffice::http {

/// An event as far as a receiver looks at it. **Source** docs/events/README.md.
struct received_event {
  std::string id;
  std::string key;  ///< `partitionkey`: events of one key come in order
  std::uint64_t sequence{0};
  std::string line;  ///< all of it, as JSON without a line break
};

/// How events are written in a body: `application/cloudevents+json` or its batch form.
enum class event_form : std::uint8_t { single, batch };
/// Which form a `Content-Type` names; parameters are passed over. Empty: neither.
std::optional<event_form> event_form_of(std::string_view content_type);

/// What is wrong with a body, as a sentence.
struct body_fault {
  bool is_json{false};  ///< but not an event
  std::string detail;
};
/// Reads the events of a body, in their order.
std::variant<std::vector<received_event>, body_fault> read_received(std::string_view body,
                                                                    event_form form);

/// Which events were received: each counts once, and those of a key come in ascending sequence.
/// Pure. **Thread**: one.
class received_events {
 public:
  /// `remembered_max` events are recognised when they come again.
  explicit received_events(std::size_t remembered_max) : remembered_max_{remembered_max} {}

  /// Those of `arrived` that were not received before, once each; the others count as repetitions.
  std::vector<received_event> only_new(std::vector<received_event> arrived);
  enum class order : std::uint8_t { kept, broken };
  /// It is received, and counts.
  order add(const received_event& e);
  /// It was received in another life, and is recognised.
  void restore(const received_event& e);

  struct counts {
    std::uint64_t events{0}, repetitions{0}, out_of_order{0};
  };
  [[nodiscard]] const counts& counted() const { return counts_; }

 private:
  order remember(const received_event& e);

  std::size_t remembered_max_;
  counts counts_;
  std::unordered_set<std::string> ids_;
  std::deque<std::string> oldest_first_;
  std::unordered_map<std::string, std::uint64_t> last_;  // of each key
};

}  // namespace boxoffice::http
