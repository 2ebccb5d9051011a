#include "http/api/bridge.hpp"

#include <caf/message.hpp>
#include <caf/message_view.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>

namespace boxoffice::http::bridge_detail {

void count_unexpected(caf::event_based_actor* self, const std::shared_ptr<pending_replies>& table) {
  self->set_default_handler(
      [table](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
        table->count_unexpected();
        return caf::message{};
      });
}

}  // namespace boxoffice::http::bridge_detail
