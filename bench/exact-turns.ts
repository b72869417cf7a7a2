/**
 * How right the exact index is about turns that go on from generated answers, whose tokens the engine chose and the
 * tokenizer might not have: `node bench/exact-turns.ts URL ADMIN_URL MODEL [CHATS [TURNS [ANSWER_TOKENS]]]` holds chats
 * with a running Fleet whose model is routed by `prefixExact`, and prints by how many blocks its predictions were off and
 * how much of the prompts the engines had in their caches, which other policies can be compared by.
 */
import { parsePrometheusText } from '../src/engines/prometheus-text.ts'

const [url = '', adminUrl = '', model = '', chats = '100', turns = '4', answerTokens = '80'] = process.argv.slice(2)
const atATime = 4
const found = { cachedTokens: 0, promptTokens: 0 }

/** Prose, code, lists, digits, other scripts and symbols: what a tokenizer cuts in more than one way. */
const subjects = [
  'the tide',
  'a Python function that sorts',
  'le marché de Noël',
  '東京の天気',
  'numbers from 1 to 40',
  '🌊 and ⛵',
]
const questions = [
  'Tell me about it in a few sentences.',
  'Give an example, as a list.',
  'Write it as JSON.',
  'Say the same in French.',
  'Und auf Deutsch?',
  'Show some code for it.',
]

interface Message {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

async function answerTo(messages: readonly Message[]): Promise<string> {
  const body = JSON.stringify({ model, messages, max_tokens: Number(answerTokens), temperature: 0.8 })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`)
  const { choices, usage } = (await answer.json()) as {
    choices: { message: { content: string } }[]
    usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } | null }
  }
  found.promptTokens += usage.prompt_tokens
  found.cachedTokens += usage.prompt_tokens_details?.cached_tokens ?? 0
  return choices[0]?.message.content ?? ''
}

async function hold(chat: number): Promise<void> {
  const messages: Message[] = []
  for (let turn = 0; turn < Number(turns); turn += 1) {
    const subject = turn === 0 ? `Chat ${chat}, of ${subjects[chat % subjects.length]}. ` : ''
    const question = questions[(chat + turn) % questions.length] ?? ''
    messages.push({ role: 'user', content: subject + question })
    messages.push({ role: 'assistant', content: await answerTo(messages) })
  }
}

/** Predictions that were off by at most so many blocks, by bound. */
async function errors(): Promise<Map<string, number>> {
  const samples = parsePrometheusText(await (await fetch(`${adminUrl}/metrics`)).text())
  const own = samples.filter(({ name, labels }) => {
    return name === 'fairlead_scheduler_prediction_error_blocks_bucket' && labels['model'] === model
  })
  return new Map(own.map(({ labels, value }) => [labels['le'] ?? '', value]))
}

const before = await errors()
let next = 0
await Promise.all(
  Array.from({ length: atATime }, async () => {
    while (next < Number(chats)) {
      next += 1
      await hold(next)
    }
  }),
)
const after = await errors()
const { cachedTokens, promptTokens } = found
process.stdout.write(`${cachedTokens} of ${promptTokens} prompt tokens were in a cache\n`)
const total = (after.get('+Inf') ?? 0) - (before.get('+Inf') ?? 0)
process.stdout.write(`${total} predictions for ${chats} chats of ${turns} turns\n`)
for (const [bound, count] of after) {
  const within = count - (before.get(bound) ?? 0)
  process.stdout.write(
    `within ${bound.padStart(4)} blocks ${String(within).padStart(6)}  ${((100 * within) / total).toFixed(2)} %\n`,
  )
}
