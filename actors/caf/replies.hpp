#pragma once

#include "actors/caf/actor.hpp"

#include <type_traits>

namespace boxoffice {

template <class... Messages>
struct message_list {};

/// Both together, each once.
template <class... Known, class... More>
constexpr auto operator|(message_list<Known...> known, message_list<More...> /*more*/) {
  if constexpr (sizeof...(More) == 0)
    return known;
  else if constexpr (sizeof...(More) > 1)
    return (known | ... | message_list<More>{});
  else if constexpr ((std::is_same_v<Known, More...> || ...))
    return known;
  else
    return message_list<Known..., More...>{};
}

namespace replies_detail {

template <class Message>
constexpr auto reply_to() {
  if constexpr (requires { typename Message::reply; })
    return message_list<typename Message::reply>{};
  else
    return message_list<>{};
}

template <class Actor>
struct replies_of;
template <class... Messages>
struct replies_of<accepts<Messages...>> {
  using type = decltype((message_list<>{} | ... | reply_to<Messages>()));
};

}  // namespace replies_detail

/// A message_list of what the questions of these actors are answered with, each once: a question
/// names its `reply`.
template <class... Actors>
using replies_of_all =
    decltype((message_list<>{} | ... | typename replies_detail::replies_of<Actors>::type{}));

}  // namespace boxoffice
