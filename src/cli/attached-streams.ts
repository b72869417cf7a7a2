import { isatty } from 'node:tty'
import type { CommandStreams, Terminal } from '../operate/index.ts'

/**
 * The streams of this process as a command elsewhere gets them: a terminal where a person types and looks.
 * @param yieldInterrupts has SIGINT ignored here until what it returns is called
 */
export function attachedStreams(process: NodeJS.Process, yieldInterrupts: () => () => void): CommandStreams {
  const { stdout, stderr } = process
  const streams = { input: process.stdin, output: stdout, errors: stderr }
  return isatty(0) && stdout.isTTY ? { ...streams, terminal: { ...terminalOf(process), yieldInterrupts } } : streams
}

function terminalOf({ stdin, stdout }: NodeJS.Process): Omit<Terminal, 'yieldInterrupts'> {
  return {
    size: () => (stdout.columns > 0 ? { columns: stdout.columns, rows: stdout.rows } : undefined),
    onResize: (listener) => {
      stdout.on('resize', listener)
      return () => stdout.off('resize', listener)
    },
    enterRaw: () => {
      stdin.setRawMode(true)
      return () => stdin.setRawMode(false)
    },
  }
}
