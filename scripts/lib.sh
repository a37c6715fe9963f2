# What the scripts share. Sourced, not run.

# Everything is run from the root of the project, wherever the script was called from.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A terminal that is gone is no reason to stop.
say() { printf '\033[1m%s\033[0m\n' "$*" >&2 || true; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Installs Debian packages where that is possible without asking; otherwise names them.
install_packages() {
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    say "Installing $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    fail "missing: $*. On Debian or Ubuntu: sudo apt-get install $*"
  fi
}

need_rust() {
  command -v cargo >/dev/null || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
  command -v cargo >/dev/null || fail "missing: Rust. Install it by https://rustup.rs; rustup then fetches the version in rust-toolchain.toml"
  command -v cc >/dev/null || install_packages gcc libc6-dev
}

# Installs a cargo subcommand below target/, in the version that was tried.
cargo_tool() {
  local name=$1 version=$2
  [ -x "target/tools/bin/$name" ] && [ "$("target/tools/bin/$name" --version | awk '{print $2}')" = "$version" ] && return
  say "Installing $name $version"
  cargo install --quiet --locked --root target/tools "$name@$version"
}

need_node() {
  command -v npm >/dev/null || fail "missing: Node.js 20 or newer with npm. See https://nodejs.org"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "Node.js $major is too old: 20 or newer is needed"
}

need_curl() { command -v curl >/dev/null || install_packages curl; }

# Whether the Tallykeep runs whose pid FILE holds. Its number may have gone to another program since.
runs() { # FILE
  [ -f "$1" ] && ps -p "$(cat "$1")" -o args= 2>/dev/null | grep -q tallykeep-standalone
}

# A browser of the Chromium family, whose path goes to CHROMIUM.
need_browser() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" >/dev/null && CHROMIUM=$(command -v "$name") && export CHROMIUM && return
  done
  install_packages chromium
  CHROMIUM=$(command -v chromium)
  export CHROMIUM
}

# PostgreSQL's programs; Debian keeps them out of the search path.
need_postgres() {
  command -v initdb >/dev/null && return
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  compgen -G '/opt/homebrew/opt/postgresql@*/bin/initdb' >/dev/null && return
  command -v apt-get >/dev/null || return 0 # The program itself says what to install elsewhere.
  # Without this, Debian's package would start a server of its own.
  if [ "$(id -u)" = 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  fi
  install_packages postgresql
}

# Installs the web app's packages as its lock file says, once for each state of that file.
install_web() {
  need_node
  local done=web/node_modules/.installed
  cmp -s web/package-lock.json "$done" && return
  say "Installing the web app's packages"
  npm ci --prefix web --no-audit --no-fund --loglevel=error >&2
  cp web/package-lock.json "$done"
}

# Builds the web app, if anything that it is made of is newer.
build_web() {
  install_web
  [ -f web/dist/index.html ] &&
    [ -z "$(find web openapi -newer web/dist/index.html -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/src/api/*' -print -quit)" ] && return
  say "Building the web app"
  npm run build --prefix web --silent >&2
}
