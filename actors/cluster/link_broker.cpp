#include "actors/cluster/link_broker.hpp"

#include "actors/cluster/link_messages.hpp"
#include "config/cluster_limits.hpp"

#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>

#include <caf/io/broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/receive_policy.hpp>

namespace boxoffice::cluster {
namespace {

/// Who asked, for as long as the call is open.
struct asked_by {
  caf::actor proxy, asker;
  std::uint64_t correlation{0};
};

/// Carries the bytes of a hub over the sockets that the broker is given.
class carrier {
 public:
  carrier(caf::io::broker* self, link_broker_context context)
      : self_{self},
        context_{std::move(context)},
        hub_{context_.who,
             {.dial = context_.dial,
              .cut = [this](hub::link on) { cut(on); },
              .run = [this](execution what) { self_->send(context_.door, std::move(what)); },
              .answered =
                  [this](const call& what, std::uint16_t type, std::string payload) {
                    reply(what, fault::none, type, std::move(payload));
                  },
              .failed = [this](const call& what, fault why) { reply(what, why, 0, {}); },
              .learned = context_.learned,
              .unasked = context_.unasked},
             context_.metrics} {}

  void start() {
    hub_.start(now());
    on(link_tick{});
  }

  void on(link_call& m) {
    m.what.asker = std::make_shared<const asked_by>(
        asked_by{std::move(m.proxy), std::move(m.asker), m.correlation});
    hub_.ask(std::move(m.what), now());
    flush_soon();
  }
  void on(execution_done& m) {
    hub_.done(m.asker, m.with);
    flush_soon();
  }
  void on(const execution_turned& m) {
    hub_.turned(m.asker, m.with);
    flush_soon();
  }
  void on(serve_fronts& m) {
    hub_.serve(std::move(m.services));
    flush_soon();
  }
  void on(const link_socket& m) {
    if (m.from == link_socket::origin::came && links_.size() >= limits::link_connections_max) {
      ::close(m.descriptor);
      return hub_.turned_away();
    }
    const auto number = ++last_link_;
    const auto handle = self_->add_scribe(m.descriptor);
    // In this order: configure_read begins to read.
    self_->ack_writes(handle, true);
    links_.emplace(number, line{handle, m.descriptor});
    numbers_.emplace(handle, number);
    if (m.from == link_socket::origin::dialled)
      hub_.dialed(m.peer, number, now());
    else
      hub_.accepted(number, now());
    self_->configure_read(handle, caf::io::receive_policy::at_most(limits::link_read_bytes_max));
    flush_soon();
  }
  void on(link_dial_failed& m) { hub_.dial_failed(m.peer, std::move(m.why), now()); }
  void on(const caf::io::new_data_msg& m) {
    const auto number = number_of(m.handle);
    if (number == 0) return;
    hub_.received(number, {m.buf.data(), m.buf.size()}, now());
    flush_soon();
  }
  void on(const caf::io::data_transferred_msg& m) {
    const auto found = links_.find(number_of(m.handle));
    if (found == links_.end() || m.remaining > 0) return;
    found->second.busy = false;
    if (found->second.ends) return close(found->first);
    if (hub_.has_output(found->first)) write(found->first);
  }
  void on(const caf::io::connection_closed_msg& m) {
    const auto number = number_of(m.handle);
    if (number == 0) return;
    forget(number);
    hub_.closed(number, now());
    flush_soon();
  }
  void on(const link_tick& /*m*/) {
    hub_.tick(now());
    for (auto each = links_.begin(); each != links_.end();) {
      const auto at = each++;
      if (at->second.ends && at->second.ticks_left-- == 0) close(at->first);
    }
    context_.board.put(hub_.report());
    flush_soon();
    self_->delayed_send(self_, limits::link_tick_every, link_tick{});
  }
  void on(const link_flush& /*m*/) {
    flush_posted_ = false;
    for (const auto number : hub_.take_touched())
      write(number);
  }
  void on(const stop_links& /*m*/) {
    while (!links_.empty())
      close(links_.begin()->first);
    self_->quit();
  }

 private:
  struct line {
    caf::io::connection_handle handle;
    int descriptor{-1};
    bool busy{false};  // CAF has bytes that the socket has not taken
    bool ends{false};  // cut: what is queued may leave
    int ticks_left{2};
  };

  [[nodiscard]] time_point now() const { return context_.time.now(); }
  [[nodiscard]] hub::link number_of(caf::io::connection_handle handle) const {
    const auto found = numbers_.find(handle);
    return found == numbers_.end() ? 0 : found->second;
  }

  void reply(const call& what, fault why, std::uint16_t type, std::string payload) {
    const auto& by = *std::static_pointer_cast<const asked_by>(what.asker);
    self_->send(by.proxy, link_reply{by.asker, by.correlation, what.type, why, type,
                                     std::move(payload), what.asked_before});
  }

  // Frames gather while the mailbox is handled, and while the socket is busy: one write takes all.
  void flush_soon() {
    if (std::exchange(flush_posted_, true)) return;
    self_->send(self_, link_flush{});
  }
  void write(hub::link number) {
    const auto found = links_.find(number);
    if (found == links_.end() || found->second.busy || found->second.ends) return;
    put_output(number, found->second);
  }
  void put_output(hub::link number, line& at) {
    out_.clear();
    hub_.take_output(number, out_);
    if (out_.empty()) return;
    auto& buffer = self_->wr_buf(at.handle);
    buffer.insert(buffer.end(), out_.begin(), out_.end());
    self_->flush(at.handle);
    at.busy = true;
  }

  void cut(hub::link number) {
    const auto found = links_.find(number);
    if (found == links_.end()) return;
    put_output(number, found->second);  // the last word
    found->second.ends = true;
    if (!found->second.busy) close(number);
  }
  // CAF would wait for a peer that takes nothing; the system does not.
  void close(hub::link number) {
    const auto found = links_.find(number);
    if (found == links_.end()) return;
    const auto at = found->second;
    forget(number);
    ::shutdown(at.descriptor, SHUT_RDWR);
    self_->close(at.handle);
  }
  void forget(hub::link number) {
    const auto found = links_.find(number);
    if (found == links_.end()) return;
    numbers_.erase(found->second.handle);
    links_.erase(found);
  }

  caf::io::broker* self_;
  link_broker_context context_;
  hub hub_;
  std::unordered_map<hub::link, line> links_;
  std::unordered_map<caf::io::connection_handle, hub::link> numbers_;
  hub::link last_link_{0};
  bool flush_posted_{false};
  std::string out_;
};

template <class Message>
auto to(const std::shared_ptr<carrier>& at) {
  return [at](Message& m) { at->on(m); };
}

caf::behavior run(caf::io::broker* self, const link_broker_context& context) {
  const auto at = std::make_shared<carrier>(self, context);
  self->set_default_handler(caf::drop);
  at->start();
  return {to<link_call>(at),
          to<execution_done>(at),
          to<execution_turned>(at),
          to<serve_fronts>(at),
          to<link_socket>(at),
          to<link_dial_failed>(at),
          to<link_flush>(at),
          to<link_tick>(at),
          to<stop_links>(at),
          to<caf::io::new_data_msg>(at),
          to<caf::io::data_transferred_msg>(at),
          to<caf::io::connection_closed_msg>(at)};
}

}  // namespace

caf::actor spawn_link_broker(caf::actor_system& system, link_broker_context context) {
  return system.middleman().spawn_broker(run, std::move(context));
}

}  // namespace boxoffice::cluster
