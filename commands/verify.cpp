#include "commands/verify.hpp"

#include "http/api/render.hpp"
#include "http/tickets/ticket_keys.hpp"
#include "logging/log_line.hpp"

#include <iostream>
#include <stdexcept>

namespace boxoffice {
namespace {

using http::json_object;

json_object as_json(const http::ticket& of) {
  return {{"valid", true},
          {"reservationId", to_text(of.reservation)},
          {"scheduleId", to_text(of.reservation.schedule)},
          {"userId", of.user.value},
          {"seatCount", of.seat_count},
          {"seats", of.seats}};
}

void describe(const http::ticket& of) {
  std::cout << "the signature is good\n  reservation  " << to_text(of.reservation)
            << "\n  schedule     " << to_text(of.reservation.schedule) << "\n  user         "
            << of.user.value << "\n  seats        " << of.seat_count;
  const char* before = ": ";
  for (const auto& seat : of.seats)
    std::cout << std::exchange(before, ", ") << seat;
  std::cout << '\n';
}

}  // namespace

exit_code verify(const settings& how, const command_arguments& asked) try {
  const http::ticket_keys keys{how};
  if (!keys.can_check()) {
    std::cerr << "boxoffice: no key checks tickets: set tickets.public_key, tickets.secret or "
                 "auth.secret\n";
    return exit_code::bad_usage;
  }
  const auto found = keys.read(asked.ticket);
  const bool json = asked.output == output_form::json;
  if (!found) {
    std::cout << (json ? R"({"valid":false,"reason":"bad_signature"})" : "no ticket of these keys")
              << '\n';
    return exit_code::failed;
  }
  if (json)
    std::cout << as_json(*found).dump() << '\n';
  else
    describe(*found);
  return exit_code::stopped;
} catch (const std::runtime_error& e) {
  std::cerr << "boxoffice: " << for_terminal(e.what()) << '\n';
  return exit_code::bad_usage;
}

}  // namespace boxoffice
