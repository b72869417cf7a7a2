import { createInterface } from 'node:readline'
import type { CommandContext } from '../command.ts'

/**
 * Asks for a yes where a person sits at the terminal; everything but a yes is a no. Where nobody does, who wrote the command
 * has said yes.
 */
export async function askBefore(question: string, { input, output, signal }: CommandContext): Promise<boolean> {
  if (!input.isTerminal || !output.isTerminal) return true
  output.warn(`${question} [y/N]`)
  const lines = createInterface({ input: input.stream, signal })
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line)
    signal.throwIfAborted()
    return false
  } finally {
    lines.close()
  }
}
