#include "storage/redis/operations.hpp"

#include <charconv>
#include <variant>

namespace boxoffice::redis {
namespace {

// The numbers stand in the scripts.
static_assert(static_cast<int>(token_state::waiting) == 0);
static_assert(static_cast<int>(token_state::active) == 1);
static_assert(static_cast<int>(token_state::expired) == 4);

template <class Tag>
std::string as_text(id<Tag> value) {
  return std::to_string(value.value);
}
std::string as_text(std::uint64_t value) { return std::to_string(value); }
std::string as_text(std::int64_t value) { return std::to_string(value); }
std::string as_text(time_point at) { return std::to_string(to_unix_ms(at)); }
std::string as_text(const std::string& value) { return value; }

[[noreturn]] void damaged() {
  throw storage_error{storage_error::kind::damaged, "a value in Redis cannot be read"};
}

template <class Number>
Number parsed(std::string_view text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) damaged();
  return value;
}

/// The next word of `rest`, which is taken away.
std::string_view word(std::string_view& rest) {
  const auto blank = rest.find(' ');
  if (blank == rest.npos) damaged();
  const auto found = rest.substr(0, blank);
  rest.remove_prefix(blank + 1);
  return found;
}

}  // namespace

template <class... Values>
void operations::add(const char* letter, const Values&... values) {
  values_.emplace_back(letter);
  (values_.push_back(as_text(values)), ...);
  ++count_;
}

void operations::entry(const queue_entry& e) {
  if (e.token.concert != e.concert)
    throw storage_error{storage_error::kind::constraint, "a token carries its concert"};
  add("e", e.concert, e.token.number, e.user.value, e.sequence, static_cast<std::int64_t>(e.state),
      e.expires_at, e.changed_at);
}

void operations::last_sequence(concert_id concert, std::uint64_t sequence) {
  add("l", concert, sequence);
}

void operations::forgotten(const std::string& consumer, std::uint64_t sequence) {
  add("f", consumer, sequence);
}

void operations::mark(const std::string& consumer, event_id event, std::uint64_t sequence) {
  add("a", consumer, event, sequence);
}

void operations::no_more(const std::string& consumer, std::uint64_t through) {
  add("n", consumer, through);
}

void operations::emptied(const std::string& consumer, board_fill::minutes buckets_are) {
  add("c", consumer, std::string{buckets_are == board_fill::minutes::emptied ? "1" : "0"});
}

void operations::filled(const std::string& consumer, std::uint64_t through) {
  add("d", consumer, through);
}

void operations::bucket(const sales_bucket& b) { add("b", b.minute, b.schedule, b.seats); }

void operations::total(const std::string& consumer, const sales_total& t) {
  add("t", consumer, t.schedule, t.seats, t.last_paid_at, t.sold_out_at);
}

void operations::write(const ranking_write& w) {
  mark(w.consumer, w.event, w.sequence);
  if (w.bucket) bucket(*w.bucket);
  if (w.total) total(w.consumer, *w.total);
  if (w.no_more_through > 0) no_more(w.consumer, w.no_more_through);
}

void operations::write(const board_fill& part) {
  if (part.begins()) emptied(part.consumer, part.buckets_are);
  for (const auto& t : part.totals)
    total(part.consumer, t);
  for (const auto& b : part.buckets)
    bucket(b);
  if (part.ends()) filled(part.consumer, part.through);
}

void operations::batch(std::span<const queue_ranking_write> writes) {
  for (const auto& each : writes)
    std::visit([this](const auto& part) { write(part); }, each);
}

std::uint64_t number(std::string_view text) { return parsed<std::uint64_t>(text); }
std::int64_t signed_number(std::string_view text) { return parsed<std::int64_t>(text); }

queue_entry entry_from(queue_token token, std::string_view stored) {
  queue_entry e;
  e.token = token;
  e.concert = token.concert;
  e.sequence = number(word(stored));
  const auto state = number(word(stored));
  if (state > static_cast<std::uint64_t>(token_state::expired)) damaged();
  e.state = static_cast<token_state>(state);
  e.expires_at = from_unix_ms(signed_number(word(stored)));
  e.changed_at = from_unix_ms(signed_number(word(stored)));
  e.user = {std::string{stored}};
  return e;
}

sales_total total_from(schedule_id schedule, std::string_view stored) {
  sales_total t;
  t.schedule = schedule;
  t.seats = signed_number(word(stored));
  t.last_paid_at = from_unix_ms(signed_number(word(stored)));
  t.sold_out_at = from_unix_ms(signed_number(stored));
  return t;
}

}  // namespace boxoffice::redis
