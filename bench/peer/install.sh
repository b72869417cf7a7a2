#!/bin/bash
# Puts Fairlead under $PEERS_DIR/fairlead: links to the clone and to the Node that runs it. The clone is the one that
# this folder is in or is a link to; where the folder is a copy, FAIRLEAD_ROOT names it.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=${FAIRLEAD_ROOT:-$(realpath "$here/../..")}
if [ ! -f "$root/bin/fairlead.js" ]; then
  echo "no clone of Fairlead at $root: set FAIRLEAD_ROOT to one" >&2
  exit 1
fi
(cd "$root" && node scripts/ensure-install.js)
mkdir -p "$PEERS_DIR/fairlead"
ln -sfn "$root" "$PEERS_DIR/fairlead/source"
ln -sfn "$(readlink -f "$root/node_modules/.bin/node")" "$PEERS_DIR/fairlead/node"
