import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MetricFact } from '../../src/engines/index.ts'

/** An exporter whose figures mean nothing and have the names, kinds and labels of a real one's. */
export interface StandInExporter {
  /** `host:port`. */
  readonly address: string
  close(): void
}

/** One family: gauges near a half, counters and histograms that grow by the second. */
function expose({ name, kind }: MetricFact, labels: string, seconds: number): readonly string[] {
  if (kind === 'gauge') return [`${name}{${labels}} ${0.5 + (seconds % 7) / 100}`]
  if (kind === 'counter') return [`${name}{${labels}} ${seconds * 10}`]
  return [
    ...['0.1', '1', '+Inf'].map((bound, index) => `${name}_bucket{${labels},le="${bound}"} ${seconds * (index + 1)}`),
    `${name}_sum{${labels}} ${seconds * 2}`,
    `${name}_count{${labels}} ${seconds * 3}`,
  ]
}

/** Starts one for these metrics, all of them with these labels. */
export async function startStandInExporter(
  metrics: readonly MetricFact[],
  labels: Readonly<Record<string, string>>,
): Promise<StandInExporter> {
  const text = Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')
  const from = performance.now()
  const server = createServer((_request, response) => {
    const seconds = Math.floor((performance.now() - from) / 1000)
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(`${metrics.flatMap((metric) => expose(metric, text, seconds)).join('\n')}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
