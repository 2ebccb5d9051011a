#include "actors/concert/catalogue_draft.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using verdict = catalogue_draft::verdict;

concert named(const std::string& title, std::uint64_t id = 1) {
  concert c;
  c.id = {id};
  c.title = title;
  return c;
}
schedule of(concert_id id) {
  schedule s;
  s.id = {1};
  s.concert = id;
  return s;
}
concert_id concert_in(const concert_write& w) {
  return std::get<std::shared_ptr<const concert>>(w)->id;
}
schedule_id schedule_in(const concert_write& w) {
  return std::get<std::shared_ptr<const schedule>>(w)->id;
}

TEST(CatalogueDraft, DecisionsBuildOnEachOther) {
  catalogue_draft draft{{}};
  EXPECT_EQ(draft.add_schedule(of({1})).outcome, verdict::concert_not_found);
  const auto first = draft.add_concert(named("one"));
  draft.apply(first.write);
  const auto second = draft.add_concert(named("two", 2));
  draft.apply(second.write);
  EXPECT_EQ(concert_in(first.write), concert_id{1});
  EXPECT_EQ(concert_in(second.write), concert_id{2});
  const auto s = draft.add_schedule(of({2}));
  EXPECT_EQ(schedule_in(s.write), schedule_id{1});
  EXPECT_TRUE(draft.snapshot()->concerts.empty()) << "nothing is committed yet";
  draft.made_durable(first.write);
  EXPECT_EQ(draft.snapshot()->concerts.size(), 1U);
}

// What `write` decided is durable.
void carry_out(catalogue_draft& draft, const catalogue_draft::decision& made) {
  draft.apply(made.write);
  draft.made_durable(made.write);
}

TEST(CatalogueDraft, WhatWasNotAppliedNeverWas) {
  catalogue_draft draft{{}};
  carry_out(draft, draft.add_concert(named("one")));
  (void)draft.add_concert(named("lost", 2));
  EXPECT_EQ(draft.add_schedule(of({2})).outcome, verdict::concert_not_found);
  EXPECT_EQ(concert_in(draft.add_concert(named("two", 2)).write), concert_id{2});
}

TEST(CatalogueDraft, AChangedRuleIsANewRowOfTheSameConcert) {
  catalogue_draft draft{{}};
  carry_out(draft, draft.add_concert(named("one")));
  EXPECT_EQ(draft.change_waiting_room({7}, {}).outcome, verdict::concert_not_found);
  const waiting_room_rule rule{true, 10, 5};
  const auto changed = draft.change_waiting_room({1}, rule);
  EXPECT_FALSE(draft.holds(changed.write));
  draft.made_durable(changed.write);
  EXPECT_TRUE(draft.holds(changed.write));
  EXPECT_EQ(draft.snapshot()->find(concert_id{1})->waiting_room, rule);
  EXPECT_EQ(draft.snapshot()->find(concert_id{1})->title, "one");
}

}  // namespace
}  // namespace boxoffice
