import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadFleet, requireFleet, type Fleet } from '../../fleet/index.ts'
import { createPaint } from '../console/index.ts'
import { chooseFleetFile } from './choose-fleet-file.ts'
import { overridePorts } from './override-ports.ts'
import { readyText } from './ready-text.ts'

const fleetOf = (more = ''): Fleet =>
  requireFleet(
    loadFleet(`name: lab\nmodels:\n  - name: small\n    aliases: [standard]\n    engine: simulated\n${more}`, {
      file: 'x',
    }),
  )

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-fleets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the Fleet file that is meant', () => {
  it('is the one named, else ./fleet.yaml, else the example of the package', () => {
    expect(chooseFleetFile('other.yaml', folder)).toBe('other.yaml')
    expect(chooseFleetFile(undefined, folder)).toMatch(/examples\/laptop\.yaml$/)
    writeFileSync(join(folder, 'fleet.yaml'), '')
    expect(chooseFleetFile(undefined, folder)).toBe('fleet.yaml')
  })
})

describe('ports from the command line', () => {
  it.each([
    ['127.0.0.1:8080', 9000, '127.0.0.1:9000'],
    ['[::1]:8080', 9000, '[::1]:9000'],
    ['localhost:8080', undefined, 'localhost:8080'],
  ])('change %s with port %s to %s and keep the host', (listen, port, expected) => {
    const fleet = fleetOf(`gateway:\n  listen: "${listen}"\n`)
    expect(overridePorts(fleet, { port, adminPort: undefined }).gateway.listen).toBe(expected)
  })

  it('put administration on loopback when the Fleet does not say where', () => {
    expect(overridePorts(fleetOf(), { port: undefined, adminPort: 9001 }).gateway.admin).toBe('127.0.0.1:9001')
  })
})

describe('what is said once a Fleet is ready', () => {
  const facts = { address: 'http://127.0.0.1:8080', hostName: 'gpu-1', elapsed: '4.2 s', typed: 'npx fairlead' }

  it('can be pasted', () => {
    expect(readyText({ ...facts, fleet: fleetOf() }, createPaint(false))).toMatchInlineSnapshot(`
      "
      ✓ Fleet lab is ready (4.2 s)

        Address  http://127.0.0.1:8080/v1
        Models   small, standard

      # curl
      curl http://127.0.0.1:8080/v1/chat/completions -H 'content-type: application/json' \\
        -d '{"model": "small", "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 100}'

      # Python: pip install openai
      from openai import OpenAI
      client = OpenAI(base_url="http://127.0.0.1:8080/v1", api_key="none")
      answer = client.chat.completions.create(model="small", messages=[{"role": "user", "content": "Hello!"}], max_tokens=100)
      print(answer.choices[0].message.content)

      // JavaScript: npm install openai
      import OpenAI from 'openai'
      const client = new OpenAI({ baseURL: 'http://127.0.0.1:8080/v1', apiKey: 'none' })
      const answer = await client.chat.completions.create({ model: 'small', messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 100 })
      console.log(answer.choices[0].message.content)

      Talk to it: npx fairlead chat   Look at it: npx fairlead status   Stop it: Ctrl-C, or npx fairlead down"
    `)
  })

  it.each([
    ['http://0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['http://[::]:8080', 'http://127.0.0.1:8080'],
  ])('names addresses that clients can connect to when the gateway listens at %s', (address, here) => {
    const text = readyText({ ...facts, address, fleet: fleetOf() }, createPaint(false))
    expect(text).toContain(`  Address  ${here}/v1\n           http://gpu-1:8080/v1 from other machines\n`)
    expect(text).toContain(`curl ${here}/v1/chat/completions`)
    expect(text).not.toContain(address)
  })

  it('reads the key from the environment where keys are asked for', () => {
    const fleet = fleetOf('access:\n  keys:\n    - name: team\n      value: { env: TEAM_KEY }\n')
    const text = readyText({ ...facts, fleet }, createPaint(false))
    expect(text).toContain('authorization: Bearer $FAIRLEAD_API_KEY')
    expect(text).toContain('os.environ["FAIRLEAD_API_KEY"]')
    expect(text).toContain('process.env.FAIRLEAD_API_KEY')
  })
})
