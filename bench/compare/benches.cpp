#include "bench/compare/benches.hpp"

#include "bench/compare/baseline_benches.hpp"
#include "bench/compare/form_benches.hpp"
#include "bench/compare/http_benches.hpp"
#include "bench/compare/node_benches.hpp"
#include "bench/compare/sql_benches.hpp"
#include "bench/compare/sqlite_benches.hpp"
#include "bench/compare/state_benches.hpp"

namespace boxoffice::compare {

const std::vector<named_bench>& benches() {
  static const std::vector<named_bench> all{
      // First: what other nodes of this process leave behind keeps a million of ends waiting
      // (0014).
      {"timers", "timers", "holds that end at the same moment", measure_timers},
      {"sql", "sql-purchases", "purchases over HTTP against plain SQL", compare_sql},
      {"sql", "sql-crowded", "the same with more in flight", compare_crowded},
      {"sql", "sql-hot", "one account, one seat against a stored function", compare_hot_rows},
      {"sql", "sql-one-client", "one client alone", compare_one_client},
      {"sql", "sql-70-percent", "latency at 70 % of the peak", compare_at_seventy_percent},
      {"sql", "sqlite-purchases", "purchases against a plain program on SQLite", compare_sqlite},
      {"baseline", "baseline-http", "sold-out answers and seat maps against a bare Beast server",
       compare_with_hello},
      {"baseline", "baseline-caf", "messages of CAF in one process and over loopback", measure_caf},
      {"http", "http-scenarios", "purchases, storms, readers, people in a line", measure_scenarios},
      {"http", "http-forms", "a seat map, plain and compressed", measure_forms},
      {"http", "http-on-sale", "everything at once, with a spike", measure_on_sale},
      {"overload", "overload", "three times as many purchases as it can do", measure_overload},
      {"memory", "memory", "seat actors that nobody talks to", measure_memory},
      {"start", "start", "1,000,000 seats on sale: start to ready", measure_start},
      {"recovery", "recovery", "open sagas after a crash", measure_recovery},
      {"outbox", "outbox", "a backlog of events", measure_outbox},
      {"scaling", "scaling", "what a purchase costs by how many there are", measure_scaling},
      {"soak", "soak", "the same load for half an hour: flat memory", measure_soak,
       named_bench::part::on_request},
  };
  return all;
}

}  // namespace boxoffice::compare
