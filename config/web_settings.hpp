#pragma once

#include "config/settings_values.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

struct web_fault {
  setting_field of;
  std::string why;  ///< the rest of a sentence that begins with the name of the key
};
/// What is wrong with the log-in of the pages, where tokens of these providers are taken.
std::vector<web_fault> faults_of(settings::web_settings& pages,
                                 const std::vector<issuer_settings>& trusted);

/// `https://id.example` of `https://id.example/realms/tickets`. **Requires** an issuer without
/// faults.
std::string origin_of_issuer(std::string_view issuer);

}  // namespace boxoffice
