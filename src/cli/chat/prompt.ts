import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Input } from '../input.ts'
import type { Output } from '../output.ts'

/** What a person does at the prompt. */
type PromptEvent =
  | { readonly kind: 'line'; readonly text: string }
  /** Ctrl-C, and whether something had been typed. */
  | { readonly kind: 'interrupt'; readonly wasEmpty: boolean }
  /** Ctrl-D, or the program is to end. */
  | { readonly kind: 'end' }

/** A line editor with history. While nobody waits for `next`, Ctrl-C goes to `onInterrupt`. */
export interface Prompt {
  next(): Promise<PromptEvent>
  onInterrupt: () => void
  close(): void
}

const mark = '> '

/** Opens a prompt on a terminal; `signal` ends it. */
export function openPrompt(input: Input, output: Output, signal: AbortSignal): Prompt {
  const sink = new Writable({
    write(piece, _encoding, done) {
      output.write(String(piece))
      done()
    },
  })
  const editor = createInterface({
    input: input.stream,
    output: Object.assign(sink, { columns: output.columns() }),
    terminal: input.isTerminal,
    prompt: mark,
  })
  const pending: PromptEvent[] = []
  let waiting: ((event: PromptEvent) => void) | undefined
  const tell = (event: PromptEvent) => {
    if (waiting === undefined) return void pending.push(event)
    const resolve = waiting
    waiting = undefined
    resolve(event)
  }
  const prompt: Prompt = {
    onInterrupt: () => {},
    next: () =>
      new Promise((resolve) => {
        const event = pending.shift()
        if (event !== undefined) return resolve(event)
        waiting = resolve
        editor.prompt()
      }),
    close: () => editor.close(),
  }
  editor.on('line', (text) => tell({ kind: 'line', text }))
  editor.on('SIGINT', () => {
    if (waiting === undefined) return prompt.onInterrupt()
    const wasEmpty = editor.line === ''
    // Ctrl-U and Ctrl-K: forget what was typed.
    editor.write(null, { ctrl: true, name: 'e' })
    editor.write(null, { ctrl: true, name: 'u' })
    output.write('\n')
    tell({ kind: 'interrupt', wasEmpty })
  })
  editor.on('close', () => tell({ kind: 'end' }))
  signal.addEventListener('abort', () => editor.close(), { once: true })
  if (signal.aborted) editor.close()
  return prompt
}
