# What the scripts that look after containers share. Sourced after lib.sh, not run.

# Where Compose reads the settings from, by Compose's own variable.
env_file=${COMPOSE_ENV_FILES:-.env}

# These functions also run within a trap on EXIT. There a plain `return` would return the status of what has failed:
# hence `return 0`.

# What a new version replaces, in this order. auth and unavailable both declare the sign-in for tools, and while they
# differ in it Traefik has none: so one follows the other.
# What writes chunks follows whoever reads them, who might not know them yet.
services=(auth unavailable ingest query worker web)

# Containers to be rid of whatever happens: new ones before they serve, old ones after.
spare=()

has_compose() { docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1; }

# --- settings ---------------------------------------------------------------------------------------------------------

# As Compose sees it: the environment goes before the file.
setting() { # NAME
  if [ -n "${!1:-}" ]; then
    echo "${!1}"
  elif [ -f "$env_file" ]; then
    sed -n "s/^$1=//p" "$env_file" | tail -n 1
  fi
}

# In the place of the line that sets it, or else of the one that tells its default, or else at the end.
record() { # NAME VALUE
  local line
  for line in "$1=" "# $1="; do
    if grep -q "^$line" "$env_file"; then
      sed -i "s|^$line.*|$1=$2|" "$env_file"
      return 0
    fi
  done
  echo "$1=$2" >>"$env_file"
}

# --- what every change of a running installation begins with ----------------------------------------------------------

begin_change() {
  # Half of a change is worse than a whole one that nobody watches.
  trap '' HUP PIPE
  need_curl
  has_compose || fail "no Docker engine with Compose answers here"
  [ -f "$env_file" ] || fail "$env_file is missing: ./scripts/setup makes it"
  exec 9<"$env_file"
  flock --nonblock 9 || fail "another deploy or rollback is under way"
  say "Checking the configuration"
  docker compose config --quiet
  [ -n "$(replicas web)" ] || fail "nothing runs here yet: ./scripts/up starts it"
  [ -z "$(docker compose ps --quiet maintenance)" ] ||
    fail "maintenance is on, which hides what could go wrong: ./scripts/maintenance off"
}

need_images() {
  local name
  for name in auth ingest query worker web migrate; do
    docker image inspect "tallykeep/$name:$TALLYKEEP_VERSION" >/dev/null 2>&1 ||
      fail "the image tallykeep/$name:$TALLYKEEP_VERSION is not on this machine"
  done
}

# By what runs, and by the service that is replaced last: an update that was cut off has not happened.
running_version() {
  local image
  image=$(docker inspect --format '{{.Config.Image}}' "$(replicas web | tail -n 1)")
  echo "${image##*:}"
}

# --- replicas ---------------------------------------------------------------------------------------------------------

# The containers of a service, oldest first.
replicas() { # SERVICE
  docker compose ps --all --quiet "$1" | xargs -r docker inspect --format '{{.Created}} {{.Id}}' |
    sort | cut -d ' ' -f 2
}

# Those that do not run, or not as the settings, TALLYKEEP_VERSION among them, would have them now.
outdated() { # SERVICE
  local replica wanted hash state image name
  wanted=$(docker compose config --hash "$1" | cut -d ' ' -f 2)
  for replica in $(replicas "$1"); do
    read -r hash state image name < <(docker inspect "$replica" --format \
      '{{index .Config.Labels "com.docker.compose.config-hash"}} {{.State.Status}} {{.Image}} {{.Config.Image}}')
    # The name of an image may have gone to another since.
    [ "$hash $state" = "$wanted running" ] &&
      [ "$image" = "$(docker image inspect --format '{{.Id}}' "$name" 2>/dev/null)" ] || echo "$replica"
  done
}

# Makes the containers that are missing, and MORE of a service, and starts none. For the whole project, because a
# service without what it depends on is another to Compose next time. With all numbers: Compose would set them back.
make_containers() { # [SERVICE MORE]
  local there service count scales=()
  there=$(docker compose ps --all --format '{{.Service}}')
  for service in "${services[@]}"; do
    count=$(grep -cx "$service" <<<"$there" || true)
    [ "$service" != "${1:-}" ] || count=$((count + $2))
    scales+=(--scale "$service=$count")
  done
  docker compose --progress quiet up --no-start --no-recreate --no-build "${scales[@]}"
}

create() { # SERVICE COUNT
  local there
  there=$(replicas "$1")
  make_containers "$1" "$2"
  mapfile -t spare < <(replicas "$1" | grep -vxF "$there")
  [ "${#spare[@]}" = "$2" ] || fail "Compose made ${#spare[@]} new containers of $1 instead of $2"
}

# Another container for the migrations, of the version that is to run. With one of another version, the next plain
# `docker compose up` would replace it, and the services along with it.
make_migrate() {
  docker compose --progress quiet rm --force migrate >/dev/null
  make_containers
}

# `docker stop` returns once requests under way have ended.
retire() { # CONTAINER…
  docker stop "$@" >/dev/null
  docker rm "$@" >/dev/null
}

# One of them may be gone already.
discard_spare() {
  local container
  for container in "${spare[@]}"; do
    ! docker inspect "$container" >/dev/null 2>&1 || retire "$container"
  done
  spare=()
}

bring_up() { # SERVICE CONTAINER
  docker start "$2" >/dev/null
  wait_until_healthy "$2" || { docker logs --tail 20 "$2" >&2; fail "the new $1 does not become healthy"; }
  # Nobody asks the worker for anything.
  [ -z "$(routes "$2")" ] || wait_until_routed "$1" "$2"
}

wait_until_healthy() { # CONTAINER
  local state
  for _ in {1..120}; do
    state=$(docker inspect --format '{{.RestartCount}} {{.State.Status}} {{.State.Health.Status}}' "$1")
    case $state in
      '0 running healthy') return 0 ;;
      '0 running starting') sleep 1 ;;
      *) return 1 ;;
    esac
  done
  return 1
}

# Until Traefik's own health check has found it. Only then may an old one go.
wait_until_routed() { # SERVICE CONTAINER
  local network address metrics up seen=0
  network=$(docker inspect --format '{{index .Config.Labels "traefik.docker.network"}}' "$2")
  address=$(docker inspect --format "{{(index .NetworkSettings.Networks \"$network\").IPAddress}}" "$2")
  up="traefik_service_server_up{service=\"tallykeep-$1@docker\",url=\"http://$address:8080\"} 1"
  for _ in {1..30}; do
    sleep 1
    metrics=$(traefik_metrics) || break
    # Twice: Traefik forgets a container that had the address before only after it has told of it once more.
    ! grep -qxF "$up" <<<"$metrics" || [ $((seen += 1)) -lt 2 ] || return 0
  done
  [ -z "$metrics" ] || fail "Traefik does not route to the new $1"
  say "Traefik's metrics cannot be read from here: giving it five seconds to find the new $1"
  sleep 5
}

# By the address of its container, which the host of a Linux engine reaches and nobody else does.
traefik_metrics() {
  local traefik addresses
  traefik=$(docker compose ps --quiet traefik 2>/dev/null) && [ -n "$traefik" ] || return 1
  addresses=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$traefik")
  curl --silent --fail --noproxy '*' --max-time 3 "http://${addresses%% *}:8082/metrics"
}

routes() { # CONTAINER
  docker inspect --format '{{range $name, $value := .Config.Labels}}{{println $name $value}}{{end}}' "$1" |
    grep '^traefik\.'
}

# Brings a service to what the settings say, and leaves it as many replicas as it has.
replace() { # SERVICE
  local old new i
  mapfile -t old < <(outdated "$1")
  [ "${#old[@]}" -gt 0 ] || return 0
  create "$1" "${#old[@]}"
  new=("${spare[@]}")
  if [ "$(routes "${old[0]}")" = "$(routes "${new[0]}")" ]; then
    say "Replacing $1, one by one: ${#old[@]}"
    for i in "${!old[@]}"; do
      bring_up "$1" "${new[i]}"
      spare=("${old[i]}" "${new[@]:i+1}")
      retire "${old[i]}"
      spare=("${new[@]:i+1}")
    done
  else
    # Traefik drops a route that two containers describe differently, so that they cannot stand beside each other.
    say "Replacing $1, whose routes have changed: it is answered 503 for some seconds"
    spare=("${old[@]}")
    retire "${old[@]}"
    spare=()
    for i in "${!new[@]}"; do bring_up "$1" "${new[i]}"; done
  fi
}

replace_all() {
  local service
  for service in "${services[@]}"; do replace "$service"; done
}

# Traefik, its window to Docker, and the database are the operator's to restart, and a service that has no container, such
# as one that the version before did not know, is the operator's to start.
name_what_is_left() {
  local service
  for service in "${services[@]}"; do
    [ -n "$(replicas "$service")" ] || say "There is no $service. This starts it: docker compose up --detach $service"
  done
  { docker compose --dry-run up --no-start --no-build 2>&1 || true; } |
    sed -nE 's/.*-(traefik|socket-proxy|postgres)-[0-9]+ +Recreate$/\1/p' |
    while read -r service; do
      say "The configuration of $service has changed. This applies it, with an interruption:" \
        "docker compose up --detach $service"
    done
}

# --- from outside -----------------------------------------------------------------------------------------------------

# The address that browsers and devices use.
public_url() {
  docker compose config | awk '$1 == "TALLYKEEP__HTTP__PUBLIC_URL:" && !seen++ { print $2 }'
}

# Asks what the public address would, but this machine, whatever the DNS says. The certificate may be yet to come.
ask() { # PATH [CURL'S OPTIONS]
  local url inside=8080 published
  url=$(public_url)
  [[ $url != https:* ]] || inside=8443
  # A Traefik that is not ours publishes what it likes.
  published=$(docker compose port traefik "$inside" 2>/dev/null) || published=
  curl --silent --insecure --noproxy '*' --max-time 10 \
    ${published:+--connect-to "::127.0.0.1:${published##*:}"} "${@:2}" "$url$1"
}

# How long Traefik may take to follow a change, in seconds.
patience=15

expect() { # STATUS PATH [PART OF THE BODY]
  local answer tried
  for ((tried = 0; tried < patience; tried++)); do
    answer=$(ask "$2" --write-out '\n%{http_code}') || true
    [ "${answer##*$'\n'}" != "$1" ] || [[ $answer != *"${3:-}"* ]] || return 0
    sleep 1
  done
  fail "$2 is not answered $1${3:+ with $3}, but: $answer"
}

smoke_test() {
  say "Checking through Traefik"
  expect 200 /
  expect 200 /health '"database":"connected"'
  expect 200 /auth/registration
  expect 401 /api/v1/query
  expect 200 /.well-known/jwks.json
}
