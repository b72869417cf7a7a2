import { exitCodes, type ExitCode } from '../../errors/index.ts'
import type { CommandContext } from '../command.ts'
import { describeError, renderError } from '../errors/index.ts'
import { printAnswer } from './answer.ts'
import { openPrompt } from './prompt.ts'
import { listModels, type ChatMessage, type ChatServer } from './server.ts'
import { readChatLine, slashHelp, type ChatRequest } from './slash-command.ts'

/** What a conversation starts with. */
export interface ConversationStart {
  readonly server: ChatServer
  readonly model: string
  readonly system?: string
  readonly maxTokens?: number
}

const systemMessages = ({ system }: ConversationStart): readonly ChatMessage[] =>
  system === undefined ? [] : [{ role: 'system', content: system }]

/** Asks once; the answer goes to standard output. */
export async function askOnce(start: ConversationStart, text: string, context: CommandContext): Promise<ExitCode> {
  const messages: readonly ChatMessage[] = [...systemMessages(start), { role: 'user', content: text }]
  await printAnswer(start.server, { ...start, messages }, context.output, context.signal)
  return exitCodes.done
}

/** Talks until the person leaves. */
export async function converse(start: ConversationStart, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context
  const { dim, bold, yellow } = output.notePaint
  let model = start.model
  let messages = systemMessages(start)
  let interrupts = 0
  const prompt = openPrompt(context.input, output, signal)
  output.note(`${bold(model)} ${dim(`at ${start.server.url}; /help lists commands, Ctrl-C stops an answer`)}`)

  const say = async (text: string) => {
    const answering = new AbortController()
    prompt.onInterrupt = () => answering.abort()
    const asked: readonly ChatMessage[] = [...messages, { role: 'user', content: text }]
    try {
      const answerSignal = AbortSignal.any([signal, answering.signal])
      const answer = await printAnswer(start.server, { ...start, model, messages: asked }, output, answerSignal)
      messages = [...asked, { role: 'assistant', content: answer.text }]
    } catch (error) {
      output.warn(renderError(describeError(error), output.notePaint, false))
    } finally {
      prompt.onInterrupt = () => {}
    }
  }
  const chooseModel = async (name: string | undefined) => {
    const names = await listModels(start.server, signal)
    if (name !== undefined && names.includes(name)) model = name
    else if (name !== undefined) output.warn(yellow(`There is no model ${name}.`))
    output.note(names.map((each) => (each === model ? `* ${bold(each)}` : `  ${each}`)).join('\n'))
  }
  const act = async (request: ChatRequest) => {
    if (request.kind === 'say') await say(request.text)
    else if (request.kind === 'model') await chooseModel(request.name)
    else if (request.kind === 'clear') messages = systemMessages(start)
    else if (request.kind === 'help')
      output.note(slashHelp.map(([what, why]) => `${what.padEnd(15)}${dim(why)}`).join('\n'))
    else if (request.kind === 'unknown') output.warn(yellow(`There is no ${request.word}; /help lists what there is.`))
  }

  try {
    for (;;) {
      const event = await prompt.next()
      if (event.kind === 'end' || signal.aborted) return exitCodes.done
      if (event.kind === 'interrupt') {
        interrupts = event.wasEmpty ? interrupts + 1 : 0
        if (interrupts > 1) return exitCodes.done
        if (event.wasEmpty) output.note(dim('Ctrl-C again leaves.'))
        continue
      }
      interrupts = 0
      const request = readChatLine(event.text)
      if (request.kind === 'exit') return exitCodes.done
      await act(request)
    }
  } finally {
    prompt.close()
  }
}
