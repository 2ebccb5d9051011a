#include "http/tickets/ticket.hpp"

#include "config/limits.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace boxoffice::http {
namespace {

constexpr char counted = 0, listed = 1;

struct seat_name {
  std::string_view section;
  std::uint32_t number{0};
};

/// Seats of one section that follow each other.
struct seat_run {
  std::uint32_t first{0}, last{0};
};
struct section_runs {
  std::string_view section;
  std::vector<seat_run> runs;
};

std::optional<seat_name> parse_name(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  seat_name out{text.substr(0, dash), 0};
  const auto digits = text.substr(dash + 1);
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out.number);
  if (read.ec != std::errc{} || read.ptr != end || out.number == 0 ||
      out.number > limits::schedule_seats_max || out.section.empty() ||
      out.section.size() > limits::section_name_chars_max)
    return std::nullopt;
  return out;
}

// Empty when a seat has no such name.
std::vector<section_runs> runs_of(const std::vector<std::string>& seats) {
  std::vector<section_runs> out;
  for (const auto& text : seats) {
    const auto name = parse_name(text);
    if (!name) return {};
    if (out.empty() || out.back().section != name->section ||
        name->number <= out.back().runs.back().last)
      out.push_back({name->section, {}});
    auto& runs = out.back().runs;
    if (!runs.empty() && runs.back().last + 1 == name->number)
      runs.back().last = name->number;
    else
      runs.push_back({name->number, name->number});
  }
  return out;
}

// Seven bits a byte, the lowest first. **Source** LEB128.
void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U)
    out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
  out.push_back(static_cast<char>(value));
}

void put_text(std::string& out, std::string_view text) {
  out.push_back(static_cast<char>(text.size()));
  out += text;
}

std::string list_of(const std::vector<section_runs>& sections) {
  std::string out{listed};
  put_number(out, sections.size());
  for (const auto& [section, runs] : sections) {
    put_text(out, section);
    put_number(out, runs.size());
    std::uint32_t free = 1;  // the first seat that may begin a run
    for (const auto& run : runs) {
      put_number(out, run.first - free);
      put_number(out, run.last - run.first);
      free = run.last + 2;
    }
  }
  return out;
}

/// Reads what the others wrote. False from the first value on that does not read.
class byte_reader {
 public:
  explicit byte_reader(std::string_view in) : in_{in} {}

  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] bool at_end() const { return sound_ && in_.empty(); }

  std::uint64_t number(std::uint64_t most) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !in_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(in_.front());
      in_.remove_prefix(1);
      const auto bits = std::uint64_t{byte} & 0x7FU;
      if (shift == 63 && bits > 1) break;
      value |= bits << shift;
      if (byte < 0x80) return value <= most ? value : fail();
    }
    return fail();
  }
  std::string text(std::size_t most) {
    const auto size = number(most);
    if (size > in_.size()) fail();
    if (!sound_) return {};
    std::string out{in_.substr(0, size)};
    in_.remove_prefix(size);
    return out;
  }

 private:
  std::uint64_t fail() {
    sound_ = false;
    in_ = {};
    return 0;
  }

  std::string_view in_;
  bool sound_{true};
};

void read_section(byte_reader& in, std::vector<std::string>& into) {
  const auto section = in.text(limits::section_name_chars_max);
  const auto runs = in.number(limits::basket_seats_max);
  std::uint64_t next = 1;
  for (std::uint64_t i = 0; i < runs && in.sound(); ++i) {
    next += in.number(limits::schedule_seats_max);
    const auto more = in.number(limits::basket_seats_max);
    for (std::uint64_t k = 0; k <= more && in.sound(); ++k, ++next) {
      if (into.size() == limits::basket_seats_max) return into.clear();
      into.push_back(section + '-' + std::to_string(next));
    }
    ++next;
  }
}

std::string values_of(const ticket& of) {
  std::string out;
  put_number(out, of.reservation.schedule.value);
  put_number(out, of.reservation.number);
  put_text(out, of.user.value);
  return out;
}

std::string count_of(const ticket& of) {
  std::string out{counted};
  put_number(out, of.seat_count);
  return out;
}

}  // namespace

std::string to_bytes(const ticket& of, std::size_t bytes_max) {
  auto out = values_of(of);
  const auto sections = runs_of(of.seats);
  const auto list = sections.empty() ? std::string{} : list_of(sections);
  const bool fits = !list.empty() && out.size() + list.size() <= bytes_max;
  return out += fits ? list : count_of(of);
}

std::optional<ticket> ticket_in(std::string_view bytes) {
  byte_reader in{bytes};
  ticket out;
  constexpr auto any = ~std::uint64_t{0};
  out.reservation.schedule.value = in.number(any);
  out.reservation.number = in.number(any);
  out.user.value = in.text(limits::id_chars_max);
  if (in.number(listed) == counted) {
    out.seat_count = static_cast<std::uint32_t>(in.number(limits::basket_seats_max));
  } else {
    const auto sections = in.number(limits::basket_seats_max);
    for (std::uint64_t i = 0; i < sections && in.sound(); ++i)
      read_section(in, out.seats);
    out.seat_count = static_cast<std::uint32_t>(out.seats.size());
  }
  if (!in.at_end() || !out.reservation || !is_id_text(out.user.value) || out.seat_count == 0)
    return std::nullopt;
  if (to_bytes(out, bytes.size()) != bytes) return std::nullopt;
  return out;
}

}  // namespace boxoffice::http
