# The real browser and the real clients, for every runner here. Sourced, not run, after scripts/lib.sh.

need_clients() {
  need_curl
  need_browser
  install_web
  need_python
}

# Python with everything that a folder here requires, in `venv`. Installed once for each state of the requirements.
need_python() {
  local requirements
  venv=target/e2e-venv
  requirements=$(cat e2e/*/requirements.txt)
  python3 -c "import venv, ensurepip" 2>/dev/null || install_packages python3-venv
  [ "$(cat "$venv/requirements.txt" 2>/dev/null)" = "$requirements" ] && return
  say "Installing the clients"
  python3 -m venv --clear "$venv" || fail "missing: Python's venv. On Debian or Ubuntu: apt-get install python3-venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r <(printf '%s\n' "$requirements") >&2
  printf '%s\n' "$requirements" >"$venv/requirements.txt"
}

# Nobody may have registered there yet: the page also shows how to send the first numbers.
run_page() { # URL
  say "The page, in $CHROMIUM, at $1"
  BASE_URL=$1 npm run e2e --prefix web --silent
}

# The administrator is the one that the page leaves behind.
run_application() { # URL
  say "An application that people sign in to with their account (Streamlit), at $1"
  BASE_URL=$1 STREAMLIT=$PWD/$venv/bin/streamlit npm run e2e:application --prefix web --silent
}

# Everybody may register there.
run_python_clients() { # URL
  local jar
  jar=$(mktemp)
  send() { curl --silent --show-error --fail --noproxy '*' --cookie "$jar" --cookie-jar "$jar" "$@"; }
  send -o /dev/null -H 'Content-Type: application/json' \
    -d '{"email":"clients@example.org","password":"only for this run"}' "$1/auth/register"
  TALLYKEEP_KEY=$(send -H 'Sec-Fetch-Site: same-origin' -H 'Content-Type: application/json' \
    -d '{"name":"e2e","scopes":["metrics:read","metrics:write"]}' "$1/auth/api-keys" |
    grep -o 'tk_[0-9A-Za-z]*"' | tail -n 1 | tr -d '"')
  rm "$jar"
  say "Clients of InfluxDB, in Python, at $1"
  TALLYKEEP_URL=$1 TALLYKEEP_KEY=$TALLYKEEP_KEY "$venv/bin/python" e2e/influxdb_client/test_write.py
}
