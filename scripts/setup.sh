# Sourced by scripts/bokashi for `bokashi setup [--cuda]`: fetches ahead of time what a first start
# would fetch, and on request what NVIDIA cards need.

# setup [--cuda]
setup() {
  case "$*" in
    "" | --cuda) ;;
    *)
      say "setup takes --cuda or nothing: got '$*'"
      exit 2
      ;;
  esac
  ensure_ffmpeg
  ensure_packages
  if [ "${1:-}" = --cuda ]; then setup_cuda; fi
  say "everything is in place; 'bokashi doctor' says what this machine can do"
}

setup_cuda() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
    fail "onnxruntime has CUDA for Linux on x86-64 only; this is $(uname -s) on $(uname -m)"
  package=$(readlink -f "$ROOT/node_modules/onnxruntime-node")
  version=$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$package/package.json")
  libraries=$package/bin/napi-v6/linux/x64
  say "fetching onnxruntime's libraries for CUDA 12 and TensorRT, some hundred MB, from nuget.org:"
  say "  package Microsoft.ML.OnnxRuntime.Gpu.Linux $version"
  say "  into $libraries"
  say "CUDA 12, cuDNN 9 and the driver are NVIDIA's own and are not fetched; 'bokashi doctor' tells which are missing"
  mkdir -p "$ROOT/.tools/cuda"
  # onnxruntime-node's own install script, with the rights to reach nuget.org and to write there.
  TMPDIR=$ROOT/.tools/cuda "$DENO" run --quiet --cached-only --config "$ROOT/deno.json" \
    --allow-read --allow-env --allow-sys --allow-net=api.nuget.org,globalcdn.nuget.org \
    "--allow-write=$libraries,$ROOT/.tools/cuda" \
    "$package/script/install.js" --onnxruntime-node-install=cuda12 >"$ROOT/.tools/cuda.log" 2>&1 || true
  rm -rf "$ROOT/.tools/cuda"
  # Seen by what is there: the script may end well without having fetched everything.
  for library in shared cuda tensorrt; do
    [ -s "$libraries/libonnxruntime_providers_$library.so" ] && continue
    why=$(grep -m 1 -o 'ENOTFOUND.*\|ECONN.*\|NotCapable.*\|Error: .*' "$ROOT/.tools/cuda.log" || true)
    fail "cannot fetch them (${why:-libonnxruntime_providers_$library.so did not come}): check that \
api.nuget.org can be reached and run this again; everything is in .tools/cuda.log"
  done
}
