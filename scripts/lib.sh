# Sourced by scripts/bokashi and scripts/test: puts the pinned Deno, ffmpeg and the locked npm
# packages in place. Says what it does on standard error; standard output belongs to the program.

DENO_VERSION=2.9.5
FFMPEG_LEAST=5.1

say() { printf 'bokashi: %s\n' "$*" >&2; }

# fail CODE-LESS: a message, and the end.
fail() {
  say "$*"
  exit 1
}

# The npm package that holds Deno's binary for this machine; empty if there is none.
deno_package() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo "@deno/linux-x64-glibc" ;;
    Linux-aarch64) echo "@deno/linux-arm64-glibc" ;;
    Darwin-x86_64) echo "@deno/darwin-x64" ;;
    Darwin-arm64) echo "@deno/darwin-arm64" ;;
  esac
}

# Sets DENO to a Deno of the pinned version inside the project folder.
ensure_deno() {
  DENO=$ROOT/.tools/deno-$DENO_VERSION/deno
  [ -x "$DENO" ] && return
  say "fetching Deno $DENO_VERSION (about 40 MB, once)"
  mkdir -p "$ROOT/.tools"
  # Made aside and moved into place: an interrupted download leaves nothing half done.
  part=$(mktemp -d "$ROOT/.tools/deno.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  package=$(deno_package)
  if [ -n "$package" ] && command -v npm >/dev/null 2>&1; then
    (cd "$part" && npm pack --silent "$package@$DENO_VERSION" >/dev/null && tar -xzf ./*.tgz) ||
      fail "cannot fetch $package@$DENO_VERSION with npm: check the network and run this again"
    binary=$part/package/deno
  elif command -v curl >/dev/null 2>&1; then
    curl -fsSL https://deno.land/install.sh |
      DENO_INSTALL="$part" sh -s "v$DENO_VERSION" >/dev/null 2>&1 ||
      fail "cannot run Deno's installer: check the network and run this again"
    binary=$part/bin/deno
  else
    fail "needs npm or curl to fetch Deno: install one of them, for instance 'apt install curl'"
  fi
  chmod +x "$binary"
  mkdir -p "$ROOT/.tools/deno-$DENO_VERSION"
  mv "$binary" "$DENO"
  rm -rf "$part"
  trap - EXIT
}

# True if ffmpeg is there, new enough and can encode H.264.
ffmpeg_fits() {
  command -v ffmpeg >/dev/null 2>&1 && command -v ffprobe >/dev/null 2>&1 || return 1
  version=$(ffmpeg -version 2>/dev/null | sed -n '1s/^ffmpeg version n\{0,1\}\([0-9]*\.[0-9]*\).*/\1/p')
  # A build from a checkout has no such number: it is newer than any release asked for here.
  if [ -n "$version" ]; then
    lower=$(printf '%s\n%s\n' "$version" "$FFMPEG_LEAST" | sort -V | head -n 1)
    [ "$lower" = "$FFMPEG_LEAST" ] || return 1
  fi
  ffmpeg -hide_banner -encoders 2>/dev/null | grep -q ' libx264 '
}

# Installs Debian packages when run with the rights to; false if it cannot.
apt_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
  say "installing $* with apt"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null 2>&1
}

ensure_ffmpeg() {
  # Checked once: the stamp names the binary that passed.
  stamp=$ROOT/.tools/ffmpeg-checked
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(command -v ffmpeg)" ] && return
  if ! ffmpeg_fits; then
    apt_install ffmpeg || true
    ffmpeg_fits || fail "needs ffmpeg $FFMPEG_LEAST or newer with libx264: install it, on Debian or \
Ubuntu with 'sudo apt install ffmpeg', on macOS with 'brew install ffmpeg'"
  fi
  mkdir -p "$ROOT/.tools"
  command -v ffmpeg >"$stamp"
}

# Installs the npm packages that deno.lock pins, once for each state of the lock.
ensure_packages() {
  stamp=$ROOT/.tools/packages-installed
  if [ -d "$ROOT/node_modules" ] && [ -f "$stamp" ] && cmp -s "$stamp" "$ROOT/deno.lock"; then
    return
  fi
  say "installing the npm packages of deno.lock (about 100 MB, once)"
  # No install script runs: onnxruntime-node's would fetch CUDA libraries.
  (cd "$ROOT" && "$DENO" install --frozen --quiet >/dev/null 2>"$ROOT/.tools/install.log") ||
    fail "cannot install the npm packages; the reason is in .tools/install.log"
  cp "$ROOT/deno.lock" "$stamp"
}
