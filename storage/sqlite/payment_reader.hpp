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
  std::vector<payment_id> last_ids() override;
  std::vector<saga_note> timeline(payment_id id) override;
  std::vector<payment_event> events_after(std::uint64_t sequence, std::size_t limit) override;
  std::uint64_t consumed_by(const std::string& consumer) override;

 private:
  reading_connection db_;
  statement open_, waiting_key_;
  statement find_, by_reservation_;
  statement key_;
  statement last_id_;
  statement notes_;
  statement events_;
  statement consumed_;
  key_list scopes_;
};

}  // namespace boxoffice::sqlite
