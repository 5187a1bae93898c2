#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the fuzz targets for OSS-Fuzz, ClusterFuzzLite and what works like them: $OUT has each
# target with its options, seeds and dictionary, and the libraries that it needs. $CC, $CXX, their
# flags and $LIB_FUZZING_ENGINE come from the engine, $SRC/topoproof is the source.
set -euo pipefail
source=$SRC/topoproof
build=$WORK/build
. "$source/ci/fuzz-options"

cmake -S "$source" -B "$build" -G Ninja --log-level=WARNING \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 \
  -DCMAKE_BUILD_RPATH='$ORIGIN/lib' \
  -DTOPOPROOF_BUILD_TESTS=ON \
  -DTOPOPROOF_FUZZ_ENGINE=external \
  -DTOPOPROOF_FUZZ_LIBRARY="$LIB_FUZZING_ENGINE"
cmake --build "$build" --target fuzz_targets

seeds_of() {
  echo "$source/fuzz/corpus/$1" "$source/fuzz/crashes/$1"
  local project
  project=$(project_seeds_of "$1")
  if [[ -n $project ]]; then echo "$source/$project"; fi
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
  echo '[libfuzzer]' >"$OUT/$name.options"
  for option in $(engine_options_of "$target"); do
    echo "${option/=/ = }" >>"$OUT/$name.options"
  done
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
