import type { Load } from './loads.ts'

/** What a client saw of one request, milliseconds of the clock that it was given. */
export interface Latency {
  readonly ttftMs: number
  /** Mean time between two tokens. */
  readonly tpotMs: number
}

/** Token ids that every vocabulary of a language model has; random ones, so that no prompt begins as another. */
const tokenIds = { least: 1000, most: 40_000 }

/** Runs a load once against an engine's URL, as a closed loop. @param clock milliseconds */
export async function runLoad(url: string, load: Load, clock: () => number): Promise<readonly Latency[]> {
  const clients = Array.from({ length: load.concurrency }, async () => {
    const seen: Latency[] = []
    for (let request = 0; request < load.perClient; request += 1) seen.push(await ask(url, load, clock))
    return seen
  })
  return (await Promise.all(clients)).flat()
}

async function ask(url: string, { promptTokens, outputTokens }: Load, clock: () => number): Promise<Latency> {
  const prompt = Array.from(
    { length: promptTokens },
    () => tokenIds.least + Math.floor(Math.random() * (tokenIds.most - tokenIds.least)),
  )
  const sentAt = clock()
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, max_tokens: outputTokens, ignore_eos: true, temperature: 0, stream: true }),
  })
  if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`)
  let firstAt = Number.NaN
  let lastAt = Number.NaN
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    if (!chunk.includes('"text"')) continue
    lastAt = clock()
    if (Number.isNaN(firstAt)) firstAt = lastAt
  }
  return { ttftMs: firstAt - sentAt, tpotMs: (lastAt - firstAt) / (outputTokens - 1) }
}
