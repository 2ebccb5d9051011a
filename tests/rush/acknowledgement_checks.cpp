#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"
#include "tests/rush/book_checks.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace boxoffice::rush {
namespace {

using status = reservation_row_status;
using state = payment_row_state;

template <class Id>
std::int64_t number_of(const std::string& text) {
  const auto id = parse_id<Id>(text);
  if (!id) return 0;
  if constexpr (requires { id->number; })
    return static_cast<std::int64_t>(id->number);
  else
    return static_cast<std::int64_t>(id->value);
}

std::int64_t ms_of(const json& body, const char* member) {
  const auto at = parse_rfc3339(body.at(member).get<std::string>());
  return at ? to_unix_ms(*at) : -1;
}

/// Compares one log with the books; what was said later about the same thing is taken into account.
class comparison {
 public:
  comparison(const books& all, const acknowledgement_log& log, const on_sale& sale, books_are how)
      : all_{all}, log_{log}, how_{how} {
    for (std::uint32_t i = 0; i < sale.seats.size(); ++i)
      seat_numbers_[sale.seats[i]] = i;
    for (const auto& row : all.ledger)
      transactions_[row.id] = &row;
    for (const auto& each : log.all())
      if (each.what == acknowledged::refund) refunded_.insert(each.id);
  }

  findings run() {
    for (const auto& each : log_.all()) {
      switch (each.what) {
        case acknowledged::place:
          place(each);
          break;
        case acknowledged::left:
          left(each);
          break;
        case acknowledged::charge:
          charge(each);
          break;
        case acknowledged::hold:
          hold(each);
          break;
        case acknowledged::release:
          release(each);
          break;
        case acknowledged::payment:
          payment(each);
          break;
        case acknowledged::refund:
          refund(each);
          break;
      }
    }
    return std::move(out_);
  }

 private:
  void expect(bool kept, const acknowledgement& told, const char* otherwise) {
    out_.expect(kept, told.user + " was told of " + std::string{to_text(told.what)} + " " +
                          told.id + " " + told.body.dump() + ", but " + otherwise);
  }

  void place(const acknowledgement& told) {
    const auto row = all_.places.find(number_of<queue_token>(told.id));
    expect(row != all_.places.end() && row->second.user == told.user, told, "it is not there");
  }

  void left(const acknowledgement& told) {
    const auto row = all_.places.find(number_of<queue_token>(told.id));
    expect(row != all_.places.end() && row->second.state != place_row_state::waiting &&
               row->second.state != place_row_state::active,
           told, "it is still in the line");
  }

  void charge(const acknowledgement& told) {
    const auto found = transactions_.find(number_of<transaction_id>(told.id));
    if (found == transactions_.end()) return expect(false, told, "it is not there");
    const auto& row = *found->second;
    expect(row.user == told.user && row.kind == ledger_row_kind::charge &&
               row.amount == told.body.at("amount") && row.balance_after == told.body.at("balance"),
           told, "the ledger has other values");
  }

  void hold(const acknowledgement& told) {
    const auto found = all_.reservations.find(number_of<reservation_id>(told.id));
    if (found == all_.reservations.end()) return expect(false, told, "it is not there");
    const auto& row = found->second;
    std::vector<std::uint32_t> seats;
    for (const auto& seat : told.body.at("seats"))
      seats.push_back(seat_numbers_[seat.at("seat").get<std::string>()]);
    std::ranges::sort(seats);
    expect(row.seats == seats, told, "it has other seats");
    expect(row.user == told.user && row.amount == told.body.at("amount"), told,
           "it has another user or amount");
    expect(row.held_at == ms_of(told.body, "heldAt") &&
               row.expires_at == ms_of(told.body, "expiresAt"),
           told, "it has another deadline");
  }

  void release(const acknowledgement& told) {
    const auto row = all_.reservations.find(number_of<reservation_id>(told.id));
    expect(row != all_.reservations.end() && row->second.status != status::held &&
               row->second.status != status::confirmed,
           told, "it is still live");
  }

  void payment(const acknowledgement& told) {
    const auto found = all_.payments.find(number_of<payment_id>(told.id));
    if (found == all_.payments.end()) return expect(false, told, "it is not there");
    const auto& row = found->second;
    expect(row.user == told.user && row.amount == told.body.at("amount") &&
               row.reservation == number_of<reservation_id>(told.body.at("reservationId")) &&
               row.created_at == ms_of(told.body, "createdAt") &&
               row.completed_at == ms_of(told.body, "completedAt"),
           told, "it has other values");
    const bool on_the_way_back = row.state == state::refund_started ||
                                 row.state == state::refund_released ||
                                 row.state == state::refunded;
    // A refund may have taken effect without its answer; at rest every buyer has been answered.
    const bool may_be_back = how_ == books_are::in_motion || refunded_.contains(told.id);
    expect(row.state == state::completed || (on_the_way_back && may_be_back), told,
           "it is not completed");
  }

  void refund(const acknowledgement& told) {
    const auto row = all_.payments.find(number_of<payment_id>(told.id));
    expect(row != all_.payments.end() && row->second.state == state::refunded, told,
           "it is not refunded");
  }

  const books& all_;
  const acknowledgement_log& log_;
  books_are how_;
  std::map<std::string, std::uint32_t> seat_numbers_;
  std::map<std::int64_t, const ledger_row*> transactions_;
  std::set<std::string> refunded_;
  findings out_;
};

}  // namespace

findings check_acknowledged(const books& all, const acknowledgement_log& log, const on_sale& sale,
                            books_are how) {
  return comparison{all, log, sale, how}.run();
}

}  // namespace boxoffice::rush
