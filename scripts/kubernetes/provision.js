// The binaries of a real Kubernetes control plane, built from their Go modules and kept in a cache folder between runs and clones.
// For tests only. Run by itself it builds them: `node scripts/kubernetes/provision.js`.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from '../lock.js'
import { runStep } from '../run-step.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const kubernetesVersion = 'v1.36.3'
const leastGo = [1, 26]

/** Binaries with the package that each is built from, and what it says of its version. */
const binaries = [
  { name: 'etcd', package: 'go.etcd.io/etcd/server/v3', ask: ['--version'], says: 'etcd Version: 3.6.8' },
  kubernetes('kube-apiserver'),
  kubernetes('kubectl', ['version', '--client']),
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
]

function kubernetes(name, ask = ['--version']) {
  return { name, package: `k8s.io/kubernetes/cmd/${name}`, ask, says: kubernetesVersion }
}

/** What the linker writes into the binaries, so that they and `kubectl version` say what they are. */
function linkerFlags() {
  const [major, minor] = kubernetesVersion.slice(1).split('.')
  const facts = {
    gitVersion: kubernetesVersion,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    gitCommit: 'gomod',
  }
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  const settings = packages.flatMap((path) =>
    Object.entries(facts).map(([name, value]) => `-X ${path}.${name}=${value}`),
  )
  return ['-s', '-w', ...settings].join(' ')
}

const flags = ['-trimpath', '-ldflags', linkerFlags()]
/** Static binaries run on any distribution. */
const environment = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' }

/** Everything but the compiler that decides what the binaries are. */
function recipe() {
  const hash = createHash('sha256').update(JSON.stringify([binaries, flags]))
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(here, file)))
  return `kubernetes-${kubernetesVersion}-${hash.digest('hex').slice(0, 12)}`
}

function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.cache'), 'fairlead-test')
}

/** The folder with the binaries, if there is one: KUBEBUILDER_ASSETS (the convention of envtest), else what was built before. */
export function findKubernetes() {
  const given = process.env.KUBEBUILDER_ASSETS
  if (given) return given
  const cache = cacheFolder()
  if (!existsSync(cache)) return undefined
  const built = readdirSync(cache).filter((name) => name.startsWith(`${recipe()}-go`))
  // A build appears under its name only when it is whole; `.lock` and `.unfinished` stand beside it.
  const [newest] = built
    .filter((name) => !/\.(lock|unfinished)$/.test(name))
    .sort()
    .reverse()
  return newest === undefined ? undefined : join(cache, newest)
}

/** What tests are told of the binaries in a folder, or of their absence. */
export function kubernetesEnvironment(folder) {
  if (folder !== undefined) return { FAIRLEAD_TEST_KUBERNETES: folder }
  const reason =
    'no Kubernetes API server yet; `npm run test:cluster` builds one from Go modules, once, in 5 to 26 minutes'
  return { FAIRLEAD_TEST_KUBERNETES_MISSING: reason }
}

/** The Go compiler with what it builds for, such as `go1.26.8-linux-amd64`. */
function compiler() {
  const { error, status, stdout } = spawnSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], {
    cwd: here,
    env: environment,
    encoding: 'utf8',
  })
  const [version = '', system, architecture] = status === 0 ? stdout.trim().split('\n') : []
  const [major, minor] = version.replace(/^go/, '').split('.').map(Number)
  if (error === undefined && major * 1000 + minor >= leastGo[0] * 1000 + leastGo[1]) {
    return `${version}-${system}-${architecture}`
  }
  const found = error !== undefined ? 'there is no go on PATH' : `go on PATH is ${version || 'unusable'}`
  throw new Error(`Go ${leastGo.join('.')} or newer builds the Kubernetes binaries, and ${found}: https://go.dev/dl`)
}

function check(folder, { name, ask, says }) {
  const { stdout, stderr, error } = spawnSync(join(folder, name), ask, { encoding: 'utf8' })
  if (error !== undefined || !`${stdout}${stderr}`.includes(says)) {
    throw new Error(`${name} does not say that it is ${says}: ${error?.message ?? `${stdout}${stderr}`.trim()}`)
  }
}

/** The lowest priority, because this takes all processors for minutes while tests run beside it. */
const low = process.platform === 'win32' ? ['go'] : ['nice', '-n', '19', 'go']
const go = (title, args, limitMs) =>
  runStep(title, low[0], [...low.slice(1), ...args], { limitMs, cwd: here, env: environment })

async function build(folder) {
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  await go('Downloading the Go modules of Kubernetes (630 MB)', ['mod', 'download'], 20 * 60_000)
  for (const binary of binaries) {
    const output = join(unfinished, binary.name)
    await go(`Building ${binary.name}`, ['build', ...flags, '-o', output, binary.package], 60 * 60_000)
    check(unfinished, binary)
  }
  renameSync(unfinished, folder)
}

const onWait = (pid) => process.stderr.write(`Waiting for process ${pid}, which builds Kubernetes …\n`)

/** Resolves to the folder of the binaries, and builds them where there are none. Rejects when they cannot be had here. */
export async function provisionKubernetes() {
  const found = findKubernetes()
  if (found !== undefined) return found
  const folder = join(cacheFolder(), `${recipe()}-${compiler()}`)
  mkdirSync(dirname(folder), { recursive: true })
  await withLock(`${folder}.lock`, onWait, async () => {
    if (existsSync(folder)) return
    const startedAt = Date.now()
    await build(folder)
    const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1)
    process.stderr.write(`Built Kubernetes ${kubernetesVersion} in ${minutes} min: ${folder}\n`)
  })
  return folder
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  // The compiler runs in a process group of its own, which ends when this process exits, not when it is killed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
  try {
    process.stdout.write(`${await provisionKubernetes()}\n`)
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = 1
  }
}
