#include "storage/encoding/timeline.hpp"

#include "storage/encoding/fields.hpp"

#include <gtest/gtest.h>

namespace boxoffice::encoding {
namespace {

std::vector<saga_note> some_notes() {
  return {{{7}, from_unix_ms(5), saga_state::started, saga_step::none, "started"},
          {{7}, from_unix_ms(-6), saga_state::parked, saga_step::refund, ""},
          {{7}, from_unix_ms(1), saga_state::refunded, saga_step::debit, "a \\n b\nc \\"}};
}

TEST(Timeline, NotesComeBackFieldByField) {
  auto wanted = some_notes();
  const auto found = decode_notes(encode(some_notes()) + encode({&wanted[1], 1}), {7});
  wanted.push_back(wanted[1]);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].payment, wanted[i].payment);
    EXPECT_EQ(found[i].at, wanted[i].at);
    EXPECT_EQ(found[i].state, wanted[i].state);
    EXPECT_EQ(found[i].step, wanted[i].step);
    EXPECT_EQ(found[i].what, wanted[i].what);
  }
}

TEST(Timeline, AnythingElseIsRefused) {
  for (const auto* text :
       {"x\n", "1\n", "1 2\n", "1 2 3\n", "1  2 3 what\n", "1 2 3what\n", "1 2 3 what", "\n",
        "1 10 3 an unknown state\n", "1 -1 3 what\n", "1 2 5 an unknown step\n", "1 2 259 what\n"})
    EXPECT_THROW(decode_notes(text, {7}), decode_error) << text;
}

}  // namespace
}  // namespace boxoffice::encoding
