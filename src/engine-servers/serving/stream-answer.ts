import type { GenerationResult } from './contract.ts'
import { EventStream } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { generateChoices } from './generate-choices.ts'
import type { ParsedGeneration } from './parse-generation.ts'
import { runningUsage, totalUsage } from './usage.ts'

/** How chunks of one of the two generation routes look. */
export interface ChunkShape {
  /** Fields of every chunk: id, object, created, model. */
  readonly envelope: Readonly<Record<string, unknown>>
  /** The choice of the chunk that comes first, if the route has one. */
  opening(choice: number): Record<string, unknown> | undefined
  text(choice: number, text: string): Record<string, unknown>
  ending(choice: number, result: GenerationResult): Record<string, unknown>
}

/** What is known of a choice while it grows. */
interface Growth {
  promptTokens: number
  completionTokens: number
  /** Text that a slow client has not been sent. */
  unsent: string
}

/**
 * Streams an answer in the order of vLLM: opening chunks, text as it comes, an ending for each choice, the usage if asked
 * for, `[DONE]`. The opening goes out together with the first text: before it, nothing tells the client that the request
 * runs. Text for a client that reads slowly is merged, so a stream holds at most the answer itself.
 */
export async function streamAnswer(exchange: Exchange, parsed: ParsedGeneration, shape: ChunkShape): Promise<void> {
  const { answer, requests } = parsed
  const stream = new EventStream(exchange.response)
  const choices: Growth[] = requests.map(() => ({ promptTokens: 0, completionTokens: 0, unsent: '' }))
  let isOpen = false

  const add = (choice: Record<string, unknown>, growth: Growth, tokens = growth.completionTokens): void => {
    const usage = answer.continuousUsage ? { usage: runningUsage(growth.promptTokens, tokens) } : {}
    stream.add({ ...shape.envelope, choices: [choice], ...usage })
  }
  const open = (): void => {
    if (isOpen) return
    isOpen = true
    for (const [index, growth] of choices.entries()) {
      const opening = shape.opening(index)
      if (opening !== undefined) add(opening, growth, 0)
    }
  }
  const addUnsent = (index: number, growth: Growth): void => {
    if (growth.unsent === '') return
    add(shape.text(index, growth.unsent), growth)
    growth.unsent = ''
  }
  stream.onCaughtUp(() => {
    for (const [index, growth] of choices.entries()) addUnsent(index, growth)
    stream.flush()
  })

  const results = await generateChoices(exchange, requests, {
    onPrompt(index, promptTokens) {
      const growth = choices[index]
      if (growth !== undefined) growth.promptTokens = promptTokens
    },
    onText(index, text, tokens) {
      const growth = choices[index]
      if (growth === undefined) return
      growth.completionTokens += tokens
      growth.unsent += text
      open()
      if (stream.isBehind) return
      addUnsent(index, growth)
      stream.flush()
    },
    onEnd(index, result) {
      const growth = choices[index]
      if (growth === undefined) return
      growth.promptTokens = result.promptTokens
      open()
      addUnsent(index, growth)
      add(shape.ending(index, result), growth, result.completionTokens)
      stream.flush()
    },
  })
  if (answer.includeUsage) {
    stream.add({ ...shape.envelope, choices: [], usage: totalUsage(results, parsed.choicesPerPrompt) })
  }
  stream.end()
}
