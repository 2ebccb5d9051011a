#pragma once

#include "tests/storage/samples.hpp"

#include <cstdint>
#include <set>

#include <gtest/gtest.h>

/// What every point_store with its reader keeps. `Backend` as in reservation_store_contract.hpp.
namespace boxoffice::test {

template <class Backend>
class PointStoreContract : public ::testing::Test {
 protected:
  Backend backend_;
  point_store& store_ = backend_.store();
  point_reader& reader_ = backend_.reader();

  std::int64_t balance(const std::string& user) {
    return reader_.load_account({user}, 10).value().balance.value;
  }
  static point_write step(const std::string& user, payment_id payment, point_step what,
                          std::int64_t amount = 0) {
    point_write w;
    w.user = {user};
    w.step = remembered_step{payment, what, {}};
    w.step->answer.amount = {amount};
    return w;
  }
};

TYPED_TEST_SUITE_P(PointStoreContract);

TYPED_TEST_P(PointStoreContract, KeepsTheBalanceOfTheNewestEntry) {
  EXPECT_EQ(this->balance("ada"), 0);
  ASSERT_EQ(commit(this->store_, write(entry(1, "ada", transaction_kind::charge, 500, 500)),
                   write(entry(2, "ada", transaction_kind::use, -200, 300, {7})),
                   write(entry(3, "ben", transaction_kind::charge, 40, 40))),
            commit_outcome::committed);
  EXPECT_EQ(this->balance("ada"), 300);
  EXPECT_EQ(this->balance("ben"), 40);
}

TYPED_TEST_P(PointStoreContract, AFailedBatchLeavesNothing) {
  EXPECT_EQ(commit(this->store_, write(entry(1, "ada", transaction_kind::charge, 500, 500)),
                   write(entry(2, "ben", transaction_kind::use, -1, -1, {7}))),
            commit_outcome::refused);
  EXPECT_EQ(this->balance("ada"), 0);
  EXPECT_EQ(commit(this->store_, write(entry(1, "ada", transaction_kind::charge, 500, 500))),
            commit_outcome::committed);
}

TYPED_TEST_P(PointStoreContract, AnEntryMustContinueTheBalance) {
  ASSERT_EQ(commit(this->store_, write(entry(1, "ada", transaction_kind::charge, 500, 500))),
            commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, write(entry(2, "ada", transaction_kind::charge, 100, 700))),
            commit_outcome::refused);
  EXPECT_EQ(commit(this->store_, write(entry(2, "ada", transaction_kind::charge, 100, 100))),
            commit_outcome::refused);
  EXPECT_EQ(this->balance("ada"), 500);
}

TYPED_TEST_P(PointStoreContract, APaymentTakesAndGivesBackOnce) {
  const payment_id p{7};
  ASSERT_EQ(commit(this->store_, write(entry(1, "ada", transaction_kind::charge, 500, 500)),
                   write(entry(2, "ada", transaction_kind::use, -100, 400, p)),
                   write(entry(3, "ada", transaction_kind::refund, 100, 500, p))),
            commit_outcome::committed);
  EXPECT_EQ(commit(this->store_, write(entry(4, "ada", transaction_kind::use, -100, 400, p))),
            commit_outcome::refused);
  EXPECT_EQ(commit(this->store_, write(entry(4, "ada", transaction_kind::refund, 100, 600, p))),
            commit_outcome::refused);
  // Charges have no reference, and any number of them.
  EXPECT_EQ(commit(this->store_, write(entry(4, "ada", transaction_kind::charge, 1, 501)),
                   write(entry(5, "ada", transaction_kind::charge, 1, 502))),
            commit_outcome::committed);
}

TYPED_TEST_P(PointStoreContract, ListsTheLedgerNewestFirstPageByPage) {
  std::vector<point_write> batch;
  for (std::uint64_t i = 1; i <= 7; ++i) {
    batch.push_back(
        write(entry(2 * i, "ada", transaction_kind::charge, 1, static_cast<std::int64_t>(i))));
    batch.push_back(
        write(entry(2 * i + 1, "ben", transaction_kind::charge, 1, static_cast<std::int64_t>(i))));
  }
  ASSERT_EQ(this->store_.commit(batch), commit_outcome::committed);
  std::vector<ledger_entry> paged;
  std::uint64_t cursor = 0;
  int pages = 0;
  do {
    const auto page = this->reader_.list({"ada"}, cursor, 3);
    paged.insert(paged.end(), page.items.begin(), page.items.end());
    cursor = page.next;
  } while (cursor != 0 && ++pages < 10);
  ASSERT_EQ(paged.size(), 7U);
  for (std::size_t i = 0; i < paged.size(); ++i)
    EXPECT_EQ(fields_of(paged[i]), fields_of(*batch[2 * (6 - i)].entry));
}

TYPED_TEST_P(PointStoreContract, RemembersTheAnswerToAStep) {
  const auto p = make_payment_id(63, at(0), 1);
  auto w = this->step("ada", p, point_step::debit);
  w.step->answer = {point_refusal::insufficient_points, {}, {-5}, {3}, {8}, {1}, {2}};
  ASSERT_EQ(commit(this->store_, w, this->step("ada", p, point_step::refund, 9)),
            commit_outcome::committed);
  const auto debit = this->reader_.find_step(p, point_step::debit);
  ASSERT_TRUE(debit);
  EXPECT_EQ(debit->payment, p);
  EXPECT_EQ(fields_of(debit->answer), fields_of(w.step->answer));
  EXPECT_EQ(this->reader_.find_step(p, point_step::refund)->answer.amount, points{9});
  EXPECT_FALSE(this->reader_.find_step({1}, point_step::debit));
  // A step is answered once.
  EXPECT_EQ(commit(this->store_, w), commit_outcome::refused);
}

TYPED_TEST_P(PointStoreContract, LoadsTheNewestStepsOfAnAccountWhole) {
  std::vector<point_write> batch;
  std::vector<payment_id> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(make_payment_id(12, at(i), 0));
    batch.push_back(this->step("ada", ids.back(), point_step::debit));
    batch.push_back(this->step("ada", ids.back(), point_step::refund));
    batch.push_back(this->step("ben", make_payment_id(13, at(i), 0), point_step::debit));
  }
  ASSERT_EQ(this->store_.commit(batch), commit_outcome::committed);
  const auto all = this->reader_.load_account({"ada"}, 10).value();
  EXPECT_EQ(all.steps.size(), 10U);
  EXPECT_EQ(all.complete_from, 0U);
  const auto four = this->reader_.load_account({"ada"}, 4).value();
  EXPECT_EQ(four.steps.size(), 4U);
  EXPECT_EQ(four.complete_from, age_of(ids[3]));
  // Five would cut a payment in half: it is left out, for what is given must be complete.
  const auto five = this->reader_.load_account({"ada"}, 5).value();
  EXPECT_EQ(five.complete_from, age_of(ids[3]));
  for (const auto& s : five.steps)
    EXPECT_GE(age_of(s.payment), five.complete_from);
  const auto one = this->reader_.load_account({"ada"}, 1).value();
  EXPECT_GT(one.complete_from, age_of(ids[4]));
}

TYPED_TEST_P(PointStoreContract, LoadsManyAccountsInTheirOrder) {
  const std::vector<user_id> users{{"zoe"}, {"nobody"}, {"a \"b\\ {c},'NULL"}, {"ada"}};
  std::vector<point_write> batch{
      write(entry(1, users[0].value, transaction_kind::charge, 500, 500)),
      write(entry(2, users[2].value, transaction_kind::charge, 70, 70))};
  for (int i = 0; i < 3; ++i) {
    batch.push_back(this->step("zoe", make_payment_id(1, at(i), 0), point_step::debit, i));
    batch.push_back(this->step("ada", make_payment_id(2, at(i), 0), point_step::debit, 10 + i));
  }
  ASSERT_EQ(this->store_.commit(batch), commit_outcome::committed);
  const auto found = this->reader_.load_accounts(users, 2);
  ASSERT_EQ(found.size(), users.size());
  EXPECT_EQ(found[0].value().balance, points{500});
  EXPECT_EQ(found[1].value().balance, points{});
  EXPECT_EQ(found[2].value().balance, points{70});
  EXPECT_EQ(found[3].value().balance, points{});
  EXPECT_TRUE(found[1]->steps.empty());
  EXPECT_TRUE(found[2]->steps.empty());
  for (const auto& [account, newest] : {std::pair{found[0], 2}, std::pair{found[3], 12}}) {
    ASSERT_EQ(account->steps.size(), 2U);
    EXPECT_EQ(account->steps[0].answer.amount, points{newest});
    EXPECT_EQ(account->steps[1].answer.amount, points{newest - 1});
    EXPECT_EQ(account->complete_from, age_of(account->steps[1].payment));
  }
  EXPECT_TRUE(this->reader_.load_accounts({}, 2).empty());
}

TYPED_TEST_P(PointStoreContract, RemembersAndPrunesKeys) {
  for (int i = 0; i < 10; ++i) {
    point_write w;
    w.user = {"ada"};
    w.key = key(static_cast<std::uint64_t>(i) + 1);
    w.answer = point_outcome{point_refusal::amount_out_of_range, {}, {}, {i}, {}, {1}, {9}};
    w.at = at(i);
    ASSERT_EQ(commit(this->store_, w), commit_outcome::committed);
  }
  const auto found = this->reader_.find_key(key(4).scope);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body, key(4).body);
  EXPECT_EQ(found->answer.balance, points{3});
  EXPECT_EQ(found->answer.refusal, point_refusal::amount_out_of_range);
  EXPECT_EQ(this->reader_.key_scopes(0, 100).scopes.size(), 10U);
  // Page by page each of them comes once.
  std::set<digest> all;
  std::int64_t cursor = 0;
  int pages = 0;
  do {
    const auto some = this->reader_.key_scopes(cursor, 4);
    all.insert(some.scopes.begin(), some.scopes.end());
    cursor = some.next;
  } while (++pages < 9 && cursor != 0);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all.size(), 10U);
  EXPECT_EQ(this->store_.prune_keys(at(4), 3), 3U);
  EXPECT_EQ(this->store_.prune_keys(at(4), 3), 1U);
  EXPECT_FALSE(this->reader_.find_key(key(4).scope));
  EXPECT_TRUE(this->reader_.find_key(key(5).scope));
}

REGISTER_TYPED_TEST_SUITE_P(PointStoreContract, KeepsTheBalanceOfTheNewestEntry,
                            AFailedBatchLeavesNothing, AnEntryMustContinueTheBalance,
                            APaymentTakesAndGivesBackOnce, ListsTheLedgerNewestFirstPageByPage,
                            RemembersTheAnswerToAStep, LoadsTheNewestStepsOfAnAccountWhole,
                            LoadsManyAccountsInTheirOrder, RemembersAndPrunesKeys);

}  // namespace boxoffice::test
