import type { Fleet } from '../../fleet/index.ts'
import type { Paint } from '../output.ts'
import { clientAddresses } from './client-addresses.ts'

/** What there is to say once a Fleet answers. */
export interface ReadyFacts {
  readonly fleet: Fleet
  /** The URL that the gateway listens at. */
  readonly address: string
  /** Name of this machine. */
  readonly hostName: string
  /** Time since the command began, for people. */
  readonly elapsed: string
  /** How `fairlead` is typed here: `npx fairlead` in a clone. */
  readonly typed: string
}

/** Enough for a greeting; some small models find no end by themselves. */
const maxTokens = 100

/** Address, models, what to paste, and how to stop. */
export function readyText({ fleet, address, hostName, elapsed, typed }: ReadyFacts, paint: Paint): string {
  const { bold, cyan, dim, green } = paint
  const { here, elsewhere } = clientAddresses(address, hostName)
  const baseUrl = `${here}/v1`
  const names = fleet.models.flatMap(({ name, aliases }) => [name, ...aliases])
  const model = names[0] ?? ''
  const hasKeys = fleet.access.keys.length > 0 || fleet.access.keysFile !== undefined
  const question = `[{"role": "user", "content": "Hello!"}]`
  return [
    '',
    `${green('✓')} Fleet ${bold(fleet.name)} is ready (${elapsed})`,
    '',
    `  Address  ${cyan(baseUrl)}`,
    ...(elsewhere === undefined ? [] : [`           ${cyan(`${elsewhere}/v1`)} from other machines`]),
    `  Models   ${names.join(', ')}`,
    ...(hasKeys ? ['  Key      in FAIRLEAD_API_KEY for what follows'] : []),
    '',
    dim('# curl'),
    `curl ${baseUrl}/chat/completions -H 'content-type: application/json' \\`,
    ...(hasKeys ? ['  -H "authorization: Bearer $FAIRLEAD_API_KEY" \\'] : []),
    `  -d '{"model": "${model}", "messages": ${question}, "max_tokens": ${maxTokens}}'`,
    '',
    dim('# Python: pip install openai'),
    ...(hasKeys ? ['import os'] : []),
    'from openai import OpenAI',
    `client = OpenAI(base_url="${baseUrl}", api_key=${hasKeys ? 'os.environ["FAIRLEAD_API_KEY"]' : '"none"'})`,
    `answer = client.chat.completions.create(model="${model}", messages=${question}, max_tokens=${maxTokens})`,
    'print(answer.choices[0].message.content)',
    '',
    dim('// JavaScript: npm install openai'),
    "import OpenAI from 'openai'",
    `const client = new OpenAI({ baseURL: '${baseUrl}', apiKey: ${hasKeys ? 'process.env.FAIRLEAD_API_KEY' : "'none'"} })`,
    `const answer = await client.chat.completions.create({ model: '${model}', messages: [{ role: 'user', content: 'Hello!' }], max_tokens: ${maxTokens} })`,
    'console.log(answer.choices[0].message.content)',
    '',
    `Talk to it: ${cyan(`${typed} chat`)}   Look at it: ${cyan(`${typed} status`)}   Stop it: Ctrl-C, or ${cyan(`${typed} down`)}`,
  ].join('\n')
}
