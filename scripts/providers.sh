# Sourced by scripts/bokashi: tries the machine's GPU providers before the service starts.
#
# Each is tried in a process of its own that may do nothing but read and run native code, so a driver
# that crashes takes only that process along. The service could not do this by itself: to start a Deno
# it would need the permission to run one, which is the permission to do anything. Nor may it write:
# what was found is kept here, in .tools/providers, until the machine, the model or onnxruntime changes.

# What a proof depends on: models (the card holds their sha256), packages, kernel, drivers, devices.
machine_facts() {
  cat "$ROOT"/models/*.json "$ROOT/deno.lock" /proc/driver/nvidia/version 2>/dev/null
  uname -srm
  echo "${LD_LIBRARY_PATH:-} ${VK_ICD_FILENAMES:-} ${VK_DRIVER_FILES:-}"
  ls -lLd /dev/nvidia* /dev/dri/* /dev/kfd /etc/vulkan/icd.d/* /usr/share/vulkan/icd.d/* \
    /usr/lib/*/libcudnn.so.9 "$ROOT"/node_modules/onnxruntime-node/bin/*/*/*/* 2>/dev/null
}

has_gpu() {
  [ "$(uname -s)" = Darwin ] || [ -e /dev/nvidia0 ] || [ -e /dev/dri/renderD128 ] || [ -e /dev/kfd ]
}

# Prints `PROVIDER ok`, or `PROVIDER` and the reason, for each provider given.
prove() {
  for provider in "$@"; do
    code=0
    words=$("$DENO" run --quiet --frozen --cached-only --node-modules-dir=manual --config "$ROOT/deno.json" \
      --permission-set=prove "$ROOT/main.ts" prove "$provider" 2>/dev/null) || code=$?
    # 0 and 1 are its own answers; anything else is a crash, whatever it had said before.
    [ "$code" -le 1 ] || words="it crashed when it was tried (exit code $code)"
    echo "$provider $words"
  done
}

# Sets BOKASHI_PROVIDERS, in which the program finds them, for a command. `doctor` tries all anew.
prove_providers() {
  export BOKASHI_PROVIDERS
  kept=$ROOT/.tools/providers
  case "$1-$(uname -s)" in
    doctor-*) set -- webgpu cuda tensorrt openvino coreml dml ;;
    *-Darwin) set -- coreml webgpu ;;
    *) set -- cuda openvino webgpu ;;
  esac
  facts=$(machine_facts | cksum)
  if [ $# -le 3 ]; then
    # Without a GPU `auto` is the CPU, and there is nothing to try.
    has_gpu || return 0
    if [ "$(sed -n 1p "$kept" 2>/dev/null)" = "$facts" ]; then
      BOKASHI_PROVIDERS=$(sed 1d "$kept")
      return
    fi
    say "trying this machine's GPU (once; 'bokashi doctor' tries again)"
  fi
  BOKASHI_PROVIDERS=$(prove "$@")
  printf '%s\n%s\n' "$facts" "$BOKASHI_PROVIDERS" >"$kept" 2>/dev/null || true
}
