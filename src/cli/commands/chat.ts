import type { Command } from '../command.ts'
import { runningFleetOption } from './shared.ts'

/** `fairlead chat` */
export const chat: Command = {
  name: 'chat',
  section: 'Look at it',
  summary: 'Talk to a model in the terminal',
  description:
    'Streams each answer and shows its time to first token (TTFT) and tokens a second. Ctrl-C stops an answer; at an empty prompt, ' +
    'twice, it leaves. /exit, /clear and /model NAME do what they say. What is piped in is one message. ' +
    'The key of a gateway that asks for one is read from FAIRLEAD_API_KEY.',
  arguments: [{ name: 'MODEL', description: 'model to talk to; the first one of the gateway when absent' }],
  options: [
    {
      name: 'url',
      value: 'URL',
      description: 'gateway or any OpenAI-compatible server; that of the running Fleet when absent',
    },
    { name: 'system', short: 's', value: 'TEXT', description: 'system message that comes first' },
    {
      name: 'max-tokens',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 10_000_000,
      description: 'longest answer, in tokens',
    },
    runningFleetOption,
  ],
  examples: [
    { command: 'fairlead chat', what: 'talk to the first model of the Fleet that runs' },
    {
      command: 'echo "Name three rivers." | fairlead chat',
      what: 'one question; only the answer goes to standard output',
    },
    { command: 'fairlead chat llama --url https://llm.example.org', what: 'talk to a gateway elsewhere' },
  ],
  load: async () => (await import('../handlers/chat.ts')).chat,
}
