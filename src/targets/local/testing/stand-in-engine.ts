/**
 * An engine process for tests: answers /health, and misbehaves as its flags say. Spawned by path.
 * Flags: --port N, --crash-after MS, --crash-while FILE, --say TEXT, --ignore-sigterm, --never-listen.
 */
import { createServer } from 'node:http'
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'model-path': { type: 'string' },
    'never-listen': { type: 'boolean' },
    'crash-after': { type: 'string' },
    'crash-while': { type: 'string' },
    say: { type: 'string' },
    'ignore-sigterm': { type: 'boolean' },
  },
})
if (process.send !== undefined) process.once('disconnect', () => process.exit(1))
process.on('SIGTERM', () => {
  process.stdout.write('got SIGTERM\n')
  if (values['ignore-sigterm'] !== true) process.exit(0)
})
if (values.say !== undefined) process.stderr.write(`${values.say}\n`)
// Crashes as long as a file is there, so that a test can mend it.
if (values['crash-while'] !== undefined && existsSync(values['crash-while'])) process.exit(3)
if (values['crash-after'] !== undefined) setTimeout(() => process.exit(3), Number(values['crash-after']))
const server = createServer((_request, response) => response.end('ok'))
if (values['never-listen'] === true) setInterval(() => undefined, 60_000)
else {
  server.listen(Number(values.port), '127.0.0.1', () => {
    process.stdout.write(`listening with ${values['model-path']}\n`)
  })
}
