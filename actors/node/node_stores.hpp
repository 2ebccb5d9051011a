#pragma once

#include "actors/audit/books_reader.hpp"
#include "actors/concert/concert_store.hpp"
#include "actors/payment/payment_store.hpp"
#include "actors/point/point_store.hpp"
#include "actors/queue/queue_store.hpp"
#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "actors/ranking/ranking_store.hpp"
#include "actors/reservation/reservation_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boxoffice {

/// One opened store per service, each with its writer and its reader: what storage/ gives a node.
struct node_stores {
  std::unique_ptr<concert_store> concert;
  std::unique_ptr<reservation_store> reservation;
  std::unique_ptr<reservation_reader> reservation_reads;
  std::unique_ptr<point_store> point;
  std::unique_ptr<point_reader> point_reads;
  std::unique_ptr<payment_store> payment;
  std::unique_ptr<payment_reader> payment_reads;
  std::unique_ptr<queue_ranking_store> queue_ranking;
  std::unique_ptr<queue_reader> queue_reads;
  std::unique_ptr<ranking_reader> ranking_reads;
  /// What was found when they were opened, for an operator.
  struct note {
    std::string store, text;
  };
  std::vector<note> notes;
  /// To which the stores belong; empty: they are new, and other nodes say it.
  std::string installation;
  std::unique_ptr<audit::books_reader> books;  ///< of all services; null: the node is not audited
};

}  // namespace boxoffice
