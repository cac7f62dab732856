#!/usr/bin/env bash
# Run the main job again with another hash seed and two threads: figures and report tables must not change by a byte.
set -euo pipefail
cd "$(dirname "$0")/.."
sums() { find figures build/report -type f | LC_ALL=C sort | xargs sha256sum; }
mkdir -p build
sums > build/first.sha256
PYTHONHASHSEED=999 OPENBLAS_NUM_THREADS=2 OMP_NUM_THREADS=2 make -s notebooks report
sums > build/second.sha256
diff build/first.sha256 build/second.sha256
echo "same bytes: $(wc -l < build/second.sha256) files"
