// Puts together what the container image holds (Dockerfile): the package as npm publishes it, what it needs at run time
// from the lock file, and nothing else. Usage: node scripts/assemble-image.js FOLDER [amd64|arm64]
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Processors by their names in images, and by Node's. */
const processors = { amd64: 'x64', arm64: 'arm64' }

const npm = (folder, ...args) =>
  execFileSync('npm', [...args, '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] }).toString()

/** Packs the package, which builds it, and unpacks it. */
function unpackPackage(scratch, destination) {
  const name = npm(root, 'pack', '--silent', '--pack-destination', scratch).trim().split('\n').at(-1)
  mkdirSync(destination, { recursive: true })
  execFileSync('tar', ['-xzf', join(scratch, name), '-C', destination, '--strip-components=1'])
}

/**
 * Installs what the package needs, in the versions of the lock file. Optional peers that the image has are dependencies
 * here. Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms (scripts/ensure-install.js).
 * The Node.js packages are left out, since the base image brings Node.js.
 */
function installDependencies(scratch, destination) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of Object.keys(manifest.peerDependencies)) {
    manifest.dependencies[name] = manifest.devDependencies[name]
    delete manifest.devDependencies[name]
  }
  const folder = join(scratch, 'dependencies')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'))
  const without = ['--omit=dev', '--omit=optional', '--omit=peer', '--ignore-scripts', '--no-audit', '--no-fund']
  npm(folder, 'install', '--no-save', ...without)
  cpSync(join(folder, 'node_modules'), join(destination, 'node_modules'), { recursive: true, verbatimSymlinks: true })
}

/** zeromq comes with binaries for every system; this leaves those of one. */
function keepOneSystem(destination, processor) {
  const builds = join(destination, 'node_modules', 'zeromq', 'build')
  const isMeant = join(builds, 'linux', processor)
  if (!existsSync(isMeant)) throw new Error(`zeromq has no binary for linux ${processor}`)
  for (const system of ['darwin', 'win32']) rmSync(join(builds, system), { recursive: true, force: true })
  for (const other of readdirSync(join(builds, 'linux'))) {
    if (other !== processor) rmSync(join(builds, 'linux', other), { recursive: true })
  }
}

/** Makes `fairlead/` and the empty folder `state/` in a folder that is not there yet. */
function assemble(folder, architecture) {
  const processor = processors[architecture]
  if (processor === undefined) throw new Error(`${architecture} is none of ${Object.keys(processors).join(', ')}`)
  if (existsSync(folder)) throw new Error(`${folder} is there already`)
  mkdirSync(dirname(folder), { recursive: true })
  const scratch = mkdtempSync(join(tmpdir(), 'fairlead-image-'))
  try {
    const destination = join(folder, 'fairlead')
    unpackPackage(scratch, destination)
    installDependencies(scratch, destination)
    keepOneSystem(destination, processor)
    // The folder is on PATH in the image.
    symlinkSync('fairlead.js', join(destination, 'bin', 'fairlead'))
    mkdirSync(join(folder, 'state'))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const [folder, architecture] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node scripts/assemble-image.js FOLDER [amd64|arm64]')
// A builder that names no processor leaves the word empty.
assemble(resolve(folder), architecture || (process.arch === 'x64' ? 'amd64' : process.arch))
