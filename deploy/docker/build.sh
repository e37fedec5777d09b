#!/bin/sh
# From a checkout to what the image holds: build.sh <target folder>. Run by the Dockerfile, and with
# it by `npm run deploy:check`. It takes what development needs out of the checkout.
set -eu
target=$1

# What is there already would be mixed with what is new.
if [ -e "$target/packages/tools" ]; then
  echo "build.sh: $target holds Latchkey already: build into a new folder, then exchange the two" >&2
  exit 1
fi

npm ci
npm run build
npm prune --omit=dev

mkdir -p "$target/packages"
cp -R package.json LICENSE node_modules "$target"
for name in tools doctor server; do
  mkdir "$target/packages/$name"
  for part in package.json bin dist migrations node_modules; do
    if [ -e "packages/$name/$part" ]; then cp -R "packages/$name/$part" "$target/packages/$name"; fi
  done
done

# The dashboard is built into the server; what only compilers, debuggers and npm read stays here.
rm -rf "$target/node_modules/@latchkey/web" "$target/node_modules/.bin"
node deploy/docker/keep-needed.mjs "$target"
find "$target" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.tsbuildinfo' \) -delete
chmod 0755 "$target/packages/server/bin/latchkey.js"
