#include "tests/reliability/house.hpp"

#include "actors/audit/audit.hpp"
#include "storage/sqlite/audit_reader.hpp"
#include "storage/sqlite/node_storage.hpp"

#include <exception>
#include <stdexcept>

namespace boxoffice::reliability {
namespace {

const std::filesystem::path data_dir{test::simulated_disk::directory};
/// So that logs are written back, and begun anew, many times in a short life.
constexpr storage_tuning short_logs{.log_pages_max = 60};

}  // namespace

house::house(std::uint64_t seed, answering when)
    : disk_{seed}, luck_{seed ^ 0x9E3779B97F4A7C15U}, when_{when}, crowd_{log_, luck_.next(), 10} {
  open_for_the_first_time();
}

house::~house() {
  crowd_.part();
  machine_.reset();
}

void house::open_for_the_first_time() {
  const auto stores = open_node_stores(data_dir, short_logs);
  if (stores.concert->commit(crowds_sale(testing::beginning)) != commit_outcome::committed)
    throw std::logic_error{"the sale was not stored"};
}

bool house::start() {
  try {
    machine_ = std::make_unique<machine>(open_node_stores(data_dir, short_logs), now_, luck_.next(),
                                         when_);
  } catch (const std::exception&) {
    if (disk_.has_power()) throw;
    return false;
  }
  crowd_.meet(*machine_);
  return true;
}

void house::one_step() {
  if (luck_.below(4) == 0) crowd_.act();
  if (!machine_->step(luck_)) machine_->pass(milliseconds{20});
  // A dead machine says nothing, also not what it was about to say.
  if (disk_.has_power()) crowd_.listen();
  now_ = machine_->now();
}

void house::sell(std::size_t steps) {
  for (std::size_t i = 0; i < steps && disk_.has_power(); ++i)
    one_step();
}

void house::die(death how) {
  crowd_.part();
  if (how == death::power_cut) disk_.cut_power();
  machine_.reset();
  if (how == death::power_cut) disk_.restore_power();
  now_ += milliseconds{luck_.below(3'000)};
}

std::string house::settle() {
  crowd_.settle();
  for (int i = 0; i < 400'000 && !crowd_.is_settled(); ++i)
    one_step();
  if (!crowd_.is_settled()) return crowd_.waits_for();
  // Events are on their way a moment longer than answers.
  const auto until = now_ + seconds{3};
  while (now_ < until)
    one_step();
  return {};
}

std::vector<std::string> house::findings(state now_is) {
  try {
    auto found = log_.compare(read_rows(data_dir), now_);
    audit::audit_terms terms;
    terms.how = now_is == state::settled ? audit::reading::drained : audit::reading::offline;
    terms.now = to_unix_ms(now_);
    for (const auto& v : check_books(open_audit_reader(data_dir)->read(), terms).violations)
      found.push_back(std::string{"audit: "} + name_of(v.broken) + ": " + v.detail);
    return found;
  } catch (const std::exception& e) {
    return {std::string{"damaged: "} + e.what()};
  }
}

}  // namespace boxoffice::reliability
