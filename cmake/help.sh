# shellcheck shell=bash
# The texts of `./dev help`.

help_of() {
  case $1 in
    run) cat <<'END' ;;
./dev run [args…]     Builds the server and runs it with the demo concerts, on http://127.0.0.1:8080:
                      open that in a browser, or /console there.
                      Installs missing Debian packages first. args go to `boxoffice serve`, for
                      example: ./dev run --listen 127.0.0.1:9000 --data-dir /tmp/try
                      --store postgres, --queue redis: the same on a PostgreSQL, a Redis or both,
                      which it starts for itself.
                      --events rabbitmq, kafka or redis_streams: starts that broker too, publishes every
                      payment to it, and says how to watch.
                      Data and the secret for development tokens are kept in var/.
END
    cluster) cat <<'END' ;;
./dev cluster up [five|pair|ha]
                      Runs several nodes on a PostgreSQL and a Redis that it starts. five: each service, and a
                      gateway; pair: two with all roles, of which one stands by; ha: two gateways, and each service
                      twice. Then ./dev cluster status, kill NODE, stop NODE, start NODE, and down. The data are in
                      var/cluster; down --data removes them.
END
    test) cat <<'END' ;;
./dev test [--asan|--tsan] [args…]
                      Builds and runs every test; with a sanitizer if asked. Installs missing Debian
                      packages first. args go to ctest, for example: ./dev test -R Seat
END
    rush) cat <<'END' ;;
./dev rush [args…]    Sends a crowd of buyers at a server on a scratch directory and checks what was
                      sold. args go to boxoffice-rush, for example: ./dev rush --buyers 500 --seats 1
                      --store postgres, --queue redis: the server keeps its data in servers made for
                      the rush.
END
    bench) cat <<'END' ;;
./dev bench --all | --quick | name…
                      Measures, and compares with plain SQL, plain SQLite and a bare HTTP server in turns, on
                      servers that it starts itself; prints tables, writes build/bench/results.json and
                      report.html. --all: at most 25 minutes, --quick: 3. Names: sql, baseline, http, overload,
                      timers, memory, start, recovery, outbox, scaling, soak, actors, events, choreography,
                      streams, cluster. For example:
                      ./dev bench sql --rounds 7, ./dev bench actors --benchmark_filter=Purchase
END
    simulate) cat <<'END' ;;
./dev simulate [args…]
                      Runs all services in one process, in virtual time, through faults drawn from seeds, and
                      checks every promise. For example: ./dev simulate --seeds 10000, ./dev simulate --seed 7
                      --trace, ./dev simulate --mutations (plants bugs; each must be found).
END
    fuzz) cat <<'END' ;;
./dev fuzz [name…] [--seconds N]
                      Throws mutated input at the parsers and the pure cores, each beside a reference or with
                      invariants, under sanitizers: 20 s each. For example: ./dev fuzz json --seconds 600
END
    check) cat <<'END' ;;
./dev check           The format, the models of docs/models, and 20,000 runs of each fuzz target: what
                      .ci/run asks beside ./dev test.
END
    tidy) cat <<'END' ;;
./dev tidy            Checks format (clang-format), code (clang-tidy), layers, sizes and banned words
                      (tests/tidy). Only what changed since the last time is checked again.
END
    format) cat <<'END' ;;
./dev format          Formats every C++ file, tracked or new.
END
    build) cat <<'END' ;;
./dev build           Builds the server and prints the path of the binary.
END
    clean) cat <<'END' ;;
./dev clean [--all]   Removes build/. --all removes var/ as well: the data of ./dev run.
END
    help) cat <<'END' ;;
./dev help [command]  This text, or that of one command.
END
  esac
}
