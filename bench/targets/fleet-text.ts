/** The Fleet that is measured: one model on several replicas, with everything on that costs something a request. */
export function fleetText(enginePorts: readonly number[]): string {
  return `name: bench
models:
  - name: bench
    engine: external
    addresses:
${enginePorts.map((port) => `      - http://127.0.0.1:${port}`).join('\n')}
access:
  keys:
    - name: bench
      value: {env: BENCH_API_KEY}
limits:
  rules:
    - name: tokens
      per: key
      inputTokens: 1000000000
      outputTokens: 1000000000
observe:
  logs:
    accessSample: 0.1
`
}
