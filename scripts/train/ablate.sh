#!/usr/bin/env bash
# The ablation table: short runs of equal length from the starting backbone, one thing changed in each.
#   scripts/train/ablate.sh DATA [STEPS]      after train.sh, in the same WORK
# Prints a line of validation figures for each variant; what is done already is not done again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(realpath "${1:?folder of pictures}") steps=${2:-300}
work=$(realpath "${WORK:-$here/.work}")
init=${INIT:+$(realpath "$INIT")}
cd "$here"
for variant in ours no-stride-8 no-fusion width-64 focal iou-assignment plain-pictures article; do
  out=$work/ablation-$steps/$variant
  mkdir -p "$out"
  grep -q '^final' "$out/log.txt" 2>/dev/null ||
    nice -n 10 "$work/venv/bin/python" train.py --data "$data" --init "${init:-$work/backbone.npz}" --out "$out" \
      --cache "$work/cache" --taught "$work/taught2.json" --steps "$steps" --decay 0.97 --validate-every 1000000 \
      --seed 3 --variant "$variant" >"$out/log.txt" 2>&1
  echo "$variant $(grep '^final' "$out/log.txt")"
done
