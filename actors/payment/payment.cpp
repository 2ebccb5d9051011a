#include "actors/payment/payment.hpp"

namespace boxoffice {

std::string_view to_text(payment_failure failure) {
  switch (failure) {
    case payment_failure::none:
      return "";
    case payment_failure::insufficient_points:
      return "insufficient_points";
    case payment_failure::reservation_not_found:
      return "reservation_not_found";
    case payment_failure::reservation_expired:
      return "reservation_expired";
    case payment_failure::reservation_released:
      return "reservation_released";
    case payment_failure::reservation_already_paid:
      return "reservation_already_paid";
    case payment_failure::deadline_exceeded:
      return "deadline_exceeded";
    case payment_failure::aborted:
      return "aborted";
  }
  return "";
}

}  // namespace boxoffice
