#pragma once

#include "config/address_range.hpp"

#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace boxoffice::http {

struct request;

/// Who really asks, behind proxies that are trusted: what the last of them that is not trusted
/// itself was told. Reads `Forwarded`, where there is none `X-Forwarded-For`, from the right.
/// A peer that is no trusted proxy, and what cannot be read, stand for themselves: nobody chooses
/// their own address. **Source**: RFC 7239, 4 to 6.
boost::asio::ip::address client_address(const request& about,
                                        const std::vector<address_range>& trusted);

}  // namespace boxoffice::http
