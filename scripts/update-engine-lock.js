/**
 * Writes src/engine-cache/llamacpp/package-lock.json anew: `node scripts/update-engine-lock.js [VERSION]`.
 * It asks the npm registry, which knows every package's hash, and keeps what a CPU or Metal build needs.
 * Builds that the registry at hand does not have come without a hash of ours; run it again against one that has them.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const target = join(import.meta.dirname, '..', 'src', 'engine-cache', 'llamacpp', 'package-lock.json')
const version =
  process.argv[2] ?? JSON.parse(readFileSync(target, 'utf8')).packages['node_modules/node-llama-cpp'].version
const unwanted = /^node_modules\/(@node-llama-cpp\/.*-(cuda|cuda-ext|vulkan)|@reflink\/.*)$/

const folder = mkdtempSync(join(tmpdir(), 'fairlead-engine-lock-'))
try {
  const root = { name: 'fairlead-engine-llamacpp', private: true, dependencies: { 'node-llama-cpp': version } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(root))
  const flags = [
    '--package-lock-only',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--omit-lockfile-registry-resolved',
  ]
  execFileSync('npm', ['install', ...flags, '--prefix', folder], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (unwanted.test(path)) delete lock.packages[path]
    for (const field of [
      'funding',
      'bin',
      'optional',
      'optionalDependencies',
      'peerDependencies',
      'peerDependenciesMeta',
    ])
      delete entry[field]
  }
  writeFileSync(target, `${JSON.stringify(lock, undefined, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
