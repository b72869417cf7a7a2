// Writes every generated file, or with --check says which are out of date (exit code 1).
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { renderClaims } from '../bench/claims/render.ts'
import { commandReference } from '../src/cli/reference.ts'
import { fleetCrd, fleetJsonSchema, fleetReference } from '../src/fleet/index.ts'
import { renderLintReference } from '../src/lint/index.ts'
import { renderDoctorReference } from './doctor-reference.ts'
import { renderEnginesReference } from './engines-reference.ts'
import { renderFailuresReference } from './failures-reference.ts'
import { renderFleetReference } from './fleet-reference.ts'
import { renderGatewayReference } from './gateway-reference.ts'
import { renderStatusPage } from './status-page.ts'

const testFiles = globSync(['src/**/*.test.ts', 'test/**/*.test.ts']).sort()

/** Generated files by path. */
const generated: Record<string, () => string> = {
  'fairlead.crd.json': () => `${JSON.stringify(fleetCrd(), null, 2)}\n`,
  'fairlead.schema.json': () => `${JSON.stringify(fleetJsonSchema(), null, 2)}\n`,
  'docs/claims.md': () => renderClaims(JSON.parse(readFileSync('bench/claims/measured.json', 'utf8'))),
  'docs/reference/commands.md': () => commandReference(),
  'docs/reference/doctor.md': () => renderDoctorReference(),
  'docs/reference/engines.md': () => renderEnginesReference(),
  'docs/reference/failures.md': () => renderFailuresReference(),
  'docs/reference/fleet.md': () => renderFleetReference(fleetReference()),
  'docs/reference/gateway.md': () => renderGatewayReference(),
  'docs/reference/lint.md': () => renderLintReference(),
  'docs/status.md': () => renderStatusPage('docs/requirements.json', testFiles),
}

/** The file as it stands, or nothing. */
function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const isCheck = process.argv.includes('--check')
for (const [path, render] of Object.entries(generated)) {
  const content = render()
  if (content === current(path)) continue
  if (isCheck) {
    process.stdout.write(`${path} is out of date\n`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    process.stdout.write(`wrote ${path}\n`)
  }
}
