#!/usr/bin/env bash
# The ablation table: short runs of equal length on the pictures of train.sh's first stage, from the starting
# backbone, one thing changed in each; `seed-4` changes nothing but the seed, and shows what chance does.
#   scripts/train/ablate.sh DATA [STEPS]      after train.sh (its first minutes are enough), in the same WORK
# Prints a line of validation figures for each variant; what is done already is not done again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(realpath "${1:?folder of pictures}") steps=${2:-800}
work=$(realpath "${WORK:-$here/.work}")
init=${INIT:+$(realpath "$INIT")}
cd "$here"
# jemalloc, where installed, halves the time lost to fresh pages.
jemalloc=$(ls /usr/lib/*/libjemalloc.so.2 2>/dev/null | head -1 || true)
for variant in ours no-stride-8 no-fusion width-64 focal iou-assignment plain-pictures seed-4 article; do
  out=$work/ablation-$steps/$variant
  mkdir -p "$out"
  network=$variant seed=3
  if [ "$variant" = seed-4 ]; then network=ours seed=4; fi
  grep -q '^final' "$out/log.txt" 2>/dev/null ||
    env ${jemalloc:+LD_PRELOAD=$jemalloc MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1} \
      nice -n 10 "$work/venv/bin/python" train.py --data "$data" --init "${init:-$work/backbone.npz}" --out "$out" \
      --cache "$work/cache" --taught "$work/taught.json" --steps "$steps" --batch 8 --freeze 7 --warm 80 --decay 0.99 \
      --validate-every 1000000 \
      --seed "$seed" --variant "$network" >"$out/log.txt" 2>&1
  echo "$variant $(grep '^final' "$out/log.txt")"
done
