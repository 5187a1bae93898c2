#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the fuzz targets for OSS-Fuzz, ClusterFuzzLite and what works like them: $OUT has each
# target with its options, seeds and dictionary, and the libraries that it needs. $CC, $CXX, their
# flags and $LIB_FUZZING_ENGINE come from the engine, $SRC/topoproof is the source.
set -euo pipefail
source=$SRC/topoproof
build=$WORK/build

cmake -S "$source" -B "$build" -G Ninja --log-level=WARNING \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_BUILD_RPATH='$ORIGIN/lib' \
  -DTOPOPROOF_BUILD_TESTS=ON \
  -DTOPOPROOF_FUZZ_ENGINE=external \
  -DTOPOPROOF_FUZZ_LIBRARY="$LIB_FUZZING_ENGINE"
cmake --build "$build" --target fuzz_targets

# What is seed as it is.
seeds_of() {
  echo "$source/fuzz/corpus/$1" "$source/fuzz/crashes/$1"
  case $1 in
    topo_parse) echo "$source/topologies" ;;
    scenario_parse) echo "$source/scenarios" ;;
  esac
}

mkdir -p "$OUT/lib"
for program in "$build"/fuzz/fuzz_*; do
  [[ -x $program && ! -d $program ]] || continue
  name=$(basename "$program")
  target=${name#fuzz_}
  cp "$program" "$OUT/$name"
  ldd "$program" | awk '$3 ~ "^/" { print $3 }' |
    grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux[^/]*|libresolv)\.so' |
    xargs -r cp -n -L -t "$OUT/lib"
  printf '[libfuzzer]\nmax_len = 4096\n' >"$OUT/$name.options"
  dictionary=$source/fuzz/dictionaries/$target.dict
  if [[ -f $dictionary ]]; then
    cp "$dictionary" "$OUT/$name.dict"
    printf 'dict = %s.dict\n' "$name" >>"$OUT/$name.options"
  fi
  for folder in $(seeds_of "$target"); do
    if [[ -d $folder ]]; then
      (cd "$folder" && find . -type f -size -64k -print0 | xargs -0 -r zip -q "$OUT/${name}_seed_corpus.zip")
    fi
  done
done
