#!/bin/bash
# Fairlead's gateway on 127.0.0.1:$PORT in front of $UPSTREAMS, with everything on that costs something a request.
set -euo pipefail
policy=
case "${POLICY:-}" in
  round_robin) policy=roundRobin ;;
  ?*) policy=$POLICY ;;
esac
{
  echo 'name: bench'
  echo 'models:'
  echo '  - name: mock-model'
  echo '    engine: external'
  echo '    addresses:'
  for upstream in ${UPSTREAMS//,/ }; do echo "      - http://$upstream"; done
  if [ -n "$policy" ]; then printf 'routing:\n  policy: %s\n' "$policy"; fi
  echo 'access:'
  echo '  keys:'
  echo '    - {name: bench, value: {env: KEY}}'
  echo 'limits:'
  echo '  rules:'
  echo '    - {name: tokens, per: key, inputTokens: 1000000000, outputTokens: 1000000000}'
  echo 'observe:'
  echo '  logs: {accessSample: 0.1}'
} > "$RUN_DIR/fleet.yaml"
# The harness takes ports from 9201 on, one after the other, so the next one is not free for administration.
exec "$PEERS_DIR/fairlead/node" --disable-warning=ExperimentalWarning "$PEERS_DIR/fairlead/source/bin/fairlead.js" \
  gateway --fleet "$RUN_DIR/fleet.yaml" --port "$PORT" --admin-port $((PORT + 1000)) > "$RUN_DIR/access.log"
