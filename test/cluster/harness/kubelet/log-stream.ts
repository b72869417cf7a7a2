import { open } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** Which part of a container's log is wanted. */
export interface LogRequest {
  readonly file: string
  /** Lines from its end; all when undefined. */
  readonly tailLines: number | undefined
  /** Whether more may come that is wanted. */
  readonly isRunning: () => boolean
  readonly signal: AbortSignal
}

const lookAgainMs = 100

/** Where the last lines of a text begin. */
function tailOf(text: string, lines: number): string {
  const all = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
  return lines === 0 ? '' : `${all.slice(-lines).join('\n')}\n`
}

/** Answers with a log, and goes on while its container writes. */
export async function streamLog(
  answer: ServerResponse,
  { file, tailLines, isRunning, signal }: LogRequest,
): Promise<void> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) {
    answer.writeHead(404).end('there is no such log')
    return
  }
  try {
    answer.writeHead(200, { 'content-type': 'text/plain' })
    const buffer = Buffer.alloc(65_536)
    const first = await handle.readFile('utf8')
    if (first !== '') answer.write(tailLines === undefined ? first : tailOf(first, tailLines))
    else answer.flushHeaders()
    while (!signal.aborted) {
      const wasRunning = isRunning()
      const { bytesRead } = await handle.read(buffer, 0, buffer.length)
      if (bytesRead > 0) answer.write(Buffer.from(buffer.subarray(0, bytesRead)))
      else if (!wasRunning) break
      else await delay(lookAgainMs, undefined, { signal }).catch(() => {})
    }
    answer.end()
  } finally {
    await handle.close()
  }
}
