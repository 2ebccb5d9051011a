#pragma once

#include "tests/rush/acknowledgements.hpp"
#include "tests/rush/blocking_client.hpp"
#include "tests/rush/findings.hpp"
#include "tests/rush/sale.hpp"

namespace boxoffice::rush {

/// What a running server says about the sale, compared with what its buyers were told: the seat map
/// sells exactly the seats that were paid and not refunded, each payment reads as it was answered.
findings check_through_api(blocking_client& client, const acknowledgement_log& log,
                           const on_sale& sale);

}  // namespace boxoffice::rush
