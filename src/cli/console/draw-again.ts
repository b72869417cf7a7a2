import { setTimeout as wait } from 'node:timers/promises'
import type { Output } from '../output.ts'

/** What is drawn again and again, and how often. */
export interface Drawing {
  /** Lines as they are now. */
  readonly read: () => Promise<readonly string[]>
  readonly seconds: number
  /** What the last line says beside the time. */
  readonly note?: string
}

/** Draws lines over those before on a terminal, and below them elsewhere, until the signal fires. */
export async function drawAgain({ read, seconds, note }: Drawing, output: Output, signal: AbortSignal): Promise<never> {
  if (output.isResultTerminal) output.write('\u001B[2J')
  for (;;) {
    const lines = await read()
    const words = [new Date().toTimeString().slice(0, 8), `every ${seconds} s`, note].filter(
      (word) => word !== undefined,
    )
    if (output.isResultTerminal) drawOver([...lines, '', output.paint.dim(`${words.join(', ')}; Ctrl-C ends`)], output)
    else output.line(`${lines.join('\n')}\n`)
    await wait(seconds * 1000, undefined, { signal })
  }
}

/** One write, so that nothing flickers. */
function drawOver(lines: readonly string[], output: Output): void {
  const home = '\u001B[H'
  output.write(home + lines.map((line) => `${line}\u001B[K\n`).join('') + '\u001B[J')
}
