#pragma once

#include "actors/payment/payment_store.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/remembered_keys.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::sqlite {

/// The reads of the payment service. **Thread**: the reader's.
class sqlite_payment_reader final : public payment_reader {
 public:
  explicit sqlite_payment_reader(std::shared_ptr<database_file> file);

  std::vector<open_saga> open_sagas() override;
  std::optional<payment> find(payment_id id) override;
  std::optional<payment> find_by_reservation(reservation_id reservation) override;
  std::optional<remembered_payment> find_key(const digest& scope) override;
  std::vector<digest> key_scopes(std::size_t limit) override;
  std::vector<saga_note> timeline(payment_id id) override;
  std::vector<payment> sagas(const saga_query& asked) override;
  std::size_t parked_sagas(std::uint32_t first_shard, std::uint32_t shards) override;
  std::vector<payment_event> events_after(std::uint64_t sequence, std::size_t limit) override;
  std::uint64_t consumed_by(const std::string& consumer) override;
  std::optional<payment_event> find_event(event_id id) override;
  std::vector<parked_event> parked_after(std::uint64_t sequence, std::size_t events) override;
  std::vector<parked_event> parked_of(const std::string& consumer, schedule_id schedule,
                                      std::size_t limit) override;
  std::vector<parked_event> find_parked(event_id id) override;
  parked_schedules parked_for(const std::string& consumer) override;
  std::vector<std::uint64_t> parked_between(const std::string& consumer, std::uint64_t after,
                                            std::uint64_t through) override;

 private:
  /// By the index that suits; a state that most sagas end in has none.
  statement& query_for(std::optional<saga_state> state);

  reading_connection db_;
  statement open_, waiting_key_;
  statement find_, by_reservation_;
  statement key_;
  statement notes_;
  statement sagas_, open_sagas_, unusual_sagas_;
  statement parked_sagas_;
  statement events_, event_;
  statement parked_after_, parked_of_, find_parked_, parked_for_, parked_between_;
  statement consumed_;
  key_list scopes_;
};

}  // namespace boxoffice::sqlite
