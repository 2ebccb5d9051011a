#include "http/api/streams/house_reading.hpp"

#include "config/stream_limits.hpp"
#include "http/api/gateway.hpp"
#include "http/api/node_list.hpp"
#include "http/api/streams/fan_out.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

namespace boxoffice::http {
namespace {

namespace asio = boost::asio;

/// Who has answered so far. Whoever answers too late finds it still here.
struct gathering {
  explicit gathering(const asio::any_io_executor& where)
      : complete{std::make_shared<change_bell>(where)} {}

  decltype(house_reading::heard) heard{};
  std::size_t open{0};
  std::shared_ptr<change_bell> complete;
};

template <class Handle>
asio::awaitable<void> ask_one(gateway& g, Handle to, figure_source from,
                              std::shared_ptr<gathering> into) {
  read_figures question{};
  auto reply = co_await g.ask_for_nobody(to, question, limits::figures_wait_max);
  if (reply && reply->fault == fault::none && g.may_answer())
    into->heard[static_cast<std::size_t>(from)] = std::move(*reply);
  if (--into->open == 0) into->complete->more();
}

template <class Handle>
void ask(const asio::any_io_executor& where, gateway& g, const Handle& to, figure_source from,
         const std::shared_ptr<gathering>& into) {
  ++into->open;
  asio::co_spawn(where, ask_one(g, to, from, into), asio::detached);
}

bool is_timed(const metrics::entry& each) {
  if (each.name != "boxoffice_http_request_seconds") return false;
  return std::ranges::any_of(each.labels, [](const auto& label) {
    const auto& [name, value] = label;
    // The one that waits on purpose is left out.
    return name == "route" && value.starts_with("/v1/") && !value.ends_with("/seats/changes");
  });
}

}  // namespace

duration_counts answers_of(const metrics& all) {
  duration_counts sum;
  all.each([&sum](const metrics::entry& each) {
    if (is_timed(each)) add(sum, *each.as_histogram);
  });
  return sum;
}

asio::awaitable<house_reading> read_house(gateway& g, const boxoffice::clock& time) {
  const auto where = co_await asio::this_coro::executor;
  const auto all = std::make_shared<gathering>(where);
  const auto& s = g.services();
  ++all->open;  // not complete before everybody is asked
  ask(where, g, s.catalogue, figure_source::catalogue, all);
  ask(where, g, s.queue, figure_source::queue, all);
  ask(where, g, s.best_selling, figure_source::best_selling, all);
  ask(where, g, s.reservation, figure_source::reservation, all);
  ask(where, g, s.point, figure_source::point, all);
  ask(where, g, s.payment, figure_source::payment, all);
  ask(where, g, s.outbox, figure_source::outbox, all);
  if (--all->open > 0) co_await all->complete->wait(limits::figures_wait_max);
  house_reading reading;
  reading.at = time.now();
  reading.calendar = time.calendar();
  reading.heard = all->heard;
  for (const auto& [id, each] : g.snapshot()->schedules)
    reading.seats += each->seats.seat_count();
  reading.gateway = answers_of(g.parts().measured);
  auto nodes = render_nodes(g);
  reading.nodes = std::move(nodes.items);
  reading.problems = nodes.problems.value_or(nlohmann::ordered_json::array());
  co_return reading;
}

}  // namespace boxoffice::http
