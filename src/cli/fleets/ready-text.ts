import type { Fleet } from '../../fleet/index.ts'
import type { Paint } from '../output.ts'

/** What there is to say once a Fleet answers. */
export interface ReadyFacts {
  readonly fleet: Fleet
  /** The gateway's URL. */
  readonly address: string
  /** Time since the command began, for people. */
  readonly elapsed: string
  /** How `fairlead` is typed here: `npx fairlead` in a clone. */
  readonly typed: string
}

/** Address, models, what to paste, and how to stop. */
export function readyText({ fleet, address, elapsed, typed }: ReadyFacts, paint: Paint): string {
  const { bold, cyan, dim, green } = paint
  const baseUrl = `${address}/v1`
  const names = fleet.models.flatMap(({ name, aliases }) => [name, ...aliases])
  const model = names[0] ?? ''
  const hasKeys = fleet.access.keys.length > 0 || fleet.access.keysFile !== undefined
  const question = `[{"role": "user", "content": "Hello!"}]`
  return [
    '',
    `${green('✓')} Fleet ${bold(fleet.name)} is ready (${elapsed})`,
    '',
    `  Address  ${cyan(baseUrl)}`,
    `  Models   ${names.join(', ')}`,
    ...(hasKeys ? ['  Key      in FAIRLEAD_API_KEY for what follows'] : []),
    '',
    dim('# curl'),
    `curl ${baseUrl}/chat/completions -H 'content-type: application/json' \\`,
    ...(hasKeys ? ['  -H "authorization: Bearer $FAIRLEAD_API_KEY" \\'] : []),
    `  -d '{"model": "${model}", "messages": ${question}}'`,
    '',
    dim('# Python: pip install openai'),
    ...(hasKeys ? ['import os'] : []),
    'from openai import OpenAI',
    `client = OpenAI(base_url="${baseUrl}", api_key=${hasKeys ? 'os.environ["FAIRLEAD_API_KEY"]' : '"none"'})`,
    `answer = client.chat.completions.create(model="${model}", messages=${question})`,
    'print(answer.choices[0].message.content)',
    '',
    dim('// JavaScript: npm install openai'),
    "import OpenAI from 'openai'",
    `const client = new OpenAI({ baseURL: '${baseUrl}', apiKey: ${hasKeys ? 'process.env.FAIRLEAD_API_KEY' : "'none'"} })`,
    `const answer = await client.chat.completions.create({ model: '${model}', messages: [{ role: 'user', content: 'Hello!' }] })`,
    'console.log(answer.choices[0].message.content)',
    '',
    `Talk to it: ${cyan(`${typed} chat`)}   Look at it: ${cyan(`${typed} status`)}   Stop it: Ctrl-C, or ${cyan(`${typed} down`)}`,
  ].join('\n')
}
