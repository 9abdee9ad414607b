#!/usr/bin/env bash
# Go on from the shipped network with pictures of your own camera:
#   scripts/train/finetune.sh DATA OUT [options of train.py]
#     DATA   pictures with labelImg's XML (beside them, or Annotations/ and JPEGImages/),
#            or COCO-style sources as the README says
#     OUT    the new model card and files go here
#   --classes car,plate=licence   what to find, and its names in the labels (default car,plate)
#   --freeze N (default 8)   --epochs N (default 20)   --batch N (default 16)
# Environment: MODEL is the .fp32.onnx file to go on from; WORK as for train.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(realpath "${1:?folder of pictures}") out=${2:?folder of the new model}
shift 2
mkdir -p "$out"
out=$(realpath "$out")
model=${MODEL:-$(ls "$here"/../../models/*.fp32.onnx)}
model=$(realpath "$model")
work=${WORK:-$here/.work}
mkdir -p "$work"
work=$(realpath "$work")
name=$(basename "$out")
classes=()
for ((i = 1; i < $#; i++)); do
  if [ "${!i}" = --classes ]; then j=$((i + 1)); classes=(--classes "${!j}"); fi
done
cd "$here"

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet -r requirements.txt
fi
py="nice -n 10 $work/venv/bin/python"

jemalloc=$(ls /usr/lib/*/libjemalloc.so.2 2>/dev/null | head -1 || true)
env ${jemalloc:+LD_PRELOAD=$jemalloc MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1} \
  $py train.py --data "$data" --start "$model" --out "$out/run" --cache "$out/run/cache" \
  --freeze 8 --epochs 20 --lr 3e-4 --backbone-lr 1e-4 "$@"
$py plot.py "$out/training.png" "$out/run/log.csv"
$py export.py --checkpoint "$out/run/best.pt" --out "$out" --name "$name" --data "$data" --no-golden "${classes[@]}"
$py report.py --data "$data" --models "$out" --name "$name" "${classes[@]}"
