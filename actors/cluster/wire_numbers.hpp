#pragma once

#include "actors/concert/protocol.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/point/protocol.hpp"
#include "actors/queue/protocol.hpp"
#include "actors/ranking/protocol.hpp"
#include "actors/reservation/protocol.hpp"

#include <cstdint>
#include <type_traits>

/// The one table of messages that travel between nodes. A number is spoken by nodes of other
/// versions: it is never given to another message. Fields are only appended (wire.hpp).
namespace boxoffice::cluster {

template <class Message, std::uint16_t Number>
struct numbered {
  using message = Message;
  static constexpr std::uint16_t number = Number;
};

template <class... Numbered>
struct numbered_list {
  /// 0: it does not travel.
  template <class Message>
  static constexpr std::uint16_t number_of = static_cast<std::uint16_t>(
      ((std::is_same_v<Message, typename Numbered::message> ? Numbered::number : 0) + ... + 0));
  /// Calls `with` of the message type with this number, as `with.template operator()<Message>()`.
  /// False: there is none.
  template <class With>
  static bool visit(std::uint16_t number, With&& with) {
    return ((number == Numbered::number
                 ? (with.template operator()<typename Numbered::message>(), true)
                 : false) ||
            ...);
  }
  static constexpr bool numbers_are_unique() {
    const std::uint16_t all[] = {Numbered::number...};
    for (const auto& each : all)
      for (const auto& other : all)
        if (&each != &other && each == other) return false;
    return true;
  }
};

using wire_numbers = numbered_list<
    // concert
    numbered<create_concert, 1>, numbered<create_schedule, 2>, numbered<change_waiting_room, 3>,
    numbered<catalogue_reply, 4>, numbered<follow_catalogue, 5>, numbered<catalogue_changes, 6>,
    // reservation
    numbered<hold_seats, 20>, numbered<hold_reply, 21>, numbered<release_reservation, 22>,
    numbered<release_reply, 23>, numbered<find_reservation, 24>, numbered<reservation_reply, 25>,
    numbered<list_reservations, 26>, numbered<reservations_reply, 27>, numbered<read_seats, 28>,
    numbered<seats_reply, 29>, numbered<confirm_reservation, 30>, numbered<confirm_reply, 31>,
    numbered<revert_reservation, 32>, numbered<revert_reply, 33>,
    numbered<move_parked_reservation, 34>, numbered<admit_ticket, 35>,
    numbered<admission_reply, 36>, numbered<extend_hold, 37>, numbered<extension_reply, 38>,
    // point
    numbered<charge_points, 40>, numbered<charge_reply, 41>, numbered<read_balance, 42>,
    numbered<balance_reply, 43>, numbered<list_transactions, 44>, numbered<transactions_reply, 45>,
    numbered<debit_points, 46>, numbered<refund_points, 47>, numbered<point_step_reply, 48>,
    // payment
    numbered<start_payment, 60>, numbered<refund_payment, 61>, numbered<payment_reply, 62>,
    numbered<find_payment, 63>, numbered<find_open_payment, 64>, numbered<payment_found, 65>,
    numbered<list_sagas, 66>, numbered<saga_list, 67>, numbered<read_saga, 68>,
    numbered<saga_report, 69>, numbered<resume_saga, 70>, numbered<abort_saga, 71>,
    numbered<saga_command_reply, 72>, numbered<list_outbox, 73>, numbered<outbox_list, 74>,
    numbered<replay_event, 75>, numbered<replay_reply, 76>,
    // events
    numbered<deliver_events, 80>, numbered<events_applied, 81>, numbered<event_refused, 82>,
    numbered<ask_applied, 83>, numbered<applied_so_far, 84>, numbered<fill_board, 85>,
    numbered<board_filled, 86>,
    // waiting rooms and rankings
    numbered<join_queue, 100>, numbered<poll_queue, 101>, numbered<leave_queue, 102>,
    numbered<queue_reply, 103>, numbered<check_token, 104>, numbered<token_reply, 105>,
    numbered<keep_token, 106>, numbered<move_parked_token, 107>, numbered<read_best_selling, 108>,
    numbered<best_selling_reply, 109>, numbered<read_sold_out, 110>, numbered<sold_out_reply, 111>,
    numbered<read_places, 112>, numbered<places_reply, 113>, numbered<move_parked_event, 114>,
    // what several services have
    numbered<list_parked, 120>, numbered<parked_list, 121>, numbered<parked_reply, 122>,
    numbered<read_figures, 123>, numbered<figures_reply, 124>>;

static_assert(wire_numbers::numbers_are_unique());

/// Messages without a business key: nobody asks for them again by themselves, for they would be
/// done again.
template <class Message>
inline constexpr bool is_asked_once =
    std::is_same_v<Message, create_concert> || std::is_same_v<Message, create_schedule>;

/// Messages that nobody answers: the other side only says that they came.
template <class Message>
inline constexpr bool is_told = std::is_same_v<Message, keep_token>;

}  // namespace boxoffice::cluster
