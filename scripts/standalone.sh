# All of Tallykeep in one process, for ./scripts/up and ./scripts/down. Sourced after lib.sh, not run.

# Where it listens, as its log says, whichever format that has. Every address of this machine is localhost too.
standalone_address() { # LOG
  grep service_listening "$1" | tail -n 1 | grep -o 'server\.address[=":]*[^" ]*' |
    sed 's/^server\.address[=":]*//; s/^\(0\.0\.0\.0\|\[::\]\|127\.0\.0\.1\):/localhost:/'
}

start_standalone() { # [DEMO]
  local demo=${1:-}
  export TALLYKEEP__STANDALONE__DATA=${TALLYKEEP__STANDALONE__DATA:-$PWD/data${demo:+/demo}}
  local data=$TALLYKEEP__STANDALONE__DATA program=target/release/tallykeep-standalone
  local log=$data/standalone.log pid=$data/standalone.pid
  # How long a start may take, recovery after a crash and all, in tenths of a second.
  local patience=3000

  need_rust
  need_curl
  need_postgres
  build_web
  say "Building Tallykeep"
  cargo build --release --quiet --locked -p tallykeep-standalone

  # A new folder is open to pass through, so that PostgreSQL can reach its own inside when root starts it.
  [ -d "$data" ] || install -d -m 0711 "$data"
  if runs "$pid"; then
    say "Tallykeep is running already: ./scripts/down stops it"
  else
    # The log of the start before is kept beside.
    [ ! -f "$log" ] || mv "$log" "$log.old"
    setsid "$program" >"$log" 2>&1 </dev/null &
    echo $! >"$pid"
  fi

  until [ -n "$(standalone_address "$log")" ] &&
    curl -fs --noproxy '*' -o /dev/null "http://$(standalone_address "$log")/readyz"; do
    kill -0 "$(cat "$pid")" 2>/dev/null || { rm -f "$pid"; tail -n 20 "$log" >&2; fail "Tallykeep did not start"; }
    [ $((patience -= 2)) -gt 0 ] || fail "Tallykeep is not ready yet; see $log"
    sleep 0.2
  done

  local url
  url=http://$(standalone_address "$log")
  [ -z "$demo" ] || "$program" demo --url "$url" --credentials "$data/demo.json"
  echo
  echo "Tallykeep is ready: $url"
}

# Both the real one and the demo.
stop_standalone() {
  local pid
  for pid in "${TALLYKEEP__STANDALONE__DATA:-data}/standalone.pid" data/demo/standalone.pid; do
    if runs "$pid"; then
      kill "$(cat "$pid")"
      # Requests under way end first, then PostgreSQL.
      while runs "$pid"; do sleep 0.1; done
      say "Stopped $(dirname "$pid")"
    fi
    rm -f "$pid"
  done
}
