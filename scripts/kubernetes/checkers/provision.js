// Programs of others that judge what is rendered for Kubernetes: kube-score for objects, Helm for charts; and kwok, whose nodes and
// pods are objects alone, for `npm run bench -- cluster`. Built from their Go modules and kept in a cache folder, on request, since
// Helm alone takes five minutes of a processor: `node scripts/kubernetes/checkers/provision.js [PROGRAM]` builds them, and
// `npm run test:cluster` finds them.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from '../../lock.js'
import { runStep } from '../../run-step.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const command = 'node scripts/kubernetes/checkers/provision.js'

/** Each with the package that it is built from, in a module of its own: they need other versions of the same libraries. */
const programs = {
  'kube-score': { package: 'github.com/zegl/kube-score/cmd/kube-score', variable: 'FAIRLEAD_TEST_KUBE_SCORE' },
  helm: { package: 'helm.sh/helm/v4/cmd/helm', variable: 'FAIRLEAD_TEST_HELM' },
  kwok: { package: 'sigs.k8s.io/kwok/cmd/kwok', variable: 'FAIRLEAD_TEST_KWOK' },
}

/** Where a program is once built: by the versions of all that it is made of. */
function pathOf(name) {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(here, name, file)))
  const base = process.env.XDG_CACHE_HOME
  const cache = join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'fairlead-test')
  return join(cache, `${name}-${hash.digest('hex').slice(0, 12)}`)
}

/** What tests are told of the programs that are there, and of those that are not. */
export function checkersEnvironment() {
  return Object.fromEntries(
    Object.entries(programs).map(([name, { variable }]) =>
      existsSync(pathOf(name))
        ? [variable, pathOf(name)]
        : [`${variable}_MISSING`, `no ${name} yet; \`${command}\` builds it from Go modules, once (needs Go 1.26)`],
    ),
  )
}

/** Builds a program unless it is there; resolves to its path. */
async function provision(name) {
  const path = pathOf(name)
  mkdirSync(join(path, '..'), { recursive: true })
  await withLock(
    `${path}.lock`,
    (pid) => process.stderr.write(`Waiting for process ${pid}, which builds ${name} …\n`),
    async () => {
      if (existsSync(path)) return
      const unfinished = `${path}.unfinished`
      const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', unfinished, programs[name].package]
      const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' }
      const [program, ...first] = process.platform === 'win32' ? ['go'] : ['nice', '-n', '19', 'go']
      await runStep(`Building ${name}`, program, [...first, ...args], {
        limitMs: 60 * 60_000,
        cwd: join(here, name),
        env,
      })
      renameSync(unfinished, path)
    },
  )
  return path
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
  try {
    const [asked] = process.argv.slice(2)
    const names = Object.keys(programs).filter((name) => asked === undefined || name === asked)
    if (names.length === 0) throw new Error(`no program ${asked}; there are ${Object.keys(programs).join(', ')}`)
    for (const name of names) process.stdout.write(`${await provision(name)}\n`)
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = 1
  }
}
