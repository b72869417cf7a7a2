#!/usr/bin/env node
/* oxlint-disable no-var, unicorn/prefer-node-protocol */
// Starts Fairlead: in this process when its Node.js is new enough, else in one that is. Runs on old versions, hence its old syntax.
'use strict'

var fs = require('fs')
var os = require('os')
var path = require('path')
var url = require('url')
var findNode = require('./find-node.js')

var root = path.dirname(__dirname)
var built = path.join(root, 'dist', 'cli', 'main.js')
var source = path.join(root, 'src', 'cli', 'main.ts')
var main = fs.existsSync(source) ? source : built

/** A clone runs from TypeScript; early versions of Node.js 24 warn about that, which is no news to anyone. */
function silenceExperimentalWarnings() {
  var emit = process.emitWarning
  process.emitWarning = function (warning, kind) {
    var type = kind !== null && typeof kind === 'object' ? kind.type : kind
    if (type !== 'ExperimentalWarning') emit.apply(process, arguments)
  }
}

/** Whether the nearest folder of a path that is there can be written to; Node's own attempt may never end where it cannot. */
function canBeMade(folder) {
  var nearest = folder
  while (!fs.existsSync(nearest) && path.dirname(nearest) !== nearest) nearest = path.dirname(nearest)
  try {
    var probe = fs.mkdtempSync(path.join(nearest, '.fairlead-'))
    fs.rmdirSync(probe)
    return true
  } catch {
    return false
  }
}

/** Keeps compiled code between runs in the user's own cache folder. */
function keepCompiledCode() {
  var enable = require('module').enableCompileCache
  if (typeof enable !== 'function' || process.env.NODE_COMPILE_CACHE !== undefined) return
  var base = process.env.XDG_CACHE_HOME || ''
  if (!path.isAbsolute(base)) base = path.join(process.env.HOME || os.homedir(), '.cache')
  var folder = path.join(base, 'fairlead', 'compiled')
  if (path.isAbsolute(folder) && (fs.existsSync(folder) || canBeMade(folder))) enable(folder)
}

/**
 * The gateway collects its garbage on the thread that makes it: its heap is small, and waking and waiting for V8's
 * helper threads costs a third of the CPU of a request with a large body. And V8 does not guess which objects live long:
 * it takes those of open streams for such, and then keeps what short requests leave behind until it marks the whole heap
 * (docs/decisions/0014-memory-of-requests.md). That is settled when a process starts, so it becomes another one, with the
 * same id.
 */
var collectorFlags = require('./collector-flags.json')
function becomesGateway() {
  if (process.argv[2] !== 'gateway' || process.execArgv.indexOf(collectorFlags[0]) >= 0) return false
  return typeof process.execve === 'function' && process.platform !== 'win32'
}
function becomeGateway() {
  var flags = ['--disable-warning=ExperimentalWarning'].concat(collectorFlags)
  process.execve(process.execPath, [process.execPath].concat(flags, __filename, process.argv.slice(2)), process.env)
}

function fail(text) {
  process.stderr.write(text + '\n')
  process.exit(1)
}

function runHere() {
  silenceExperimentalWarnings()
  keepCompiledCode()
  import(url.pathToFileURL(main).href).catch(function (error) {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND') {
      fail(
        'error: A part of Fairlead is not installed\n  why   ' +
          error.message.split('\n')[0] +
          '\n  mend  Install the dependencies.\n  type  npm ci --ignore-scripts',
      )
    }
    fail(String((error && error.stack) || error))
  })
}

/**
 * Passes signals on and leaves as the child left. A pipe tells the child when this process is gone, however it went.
 * A binary that does not start at all, such as one for another C library, calls `onUnfit`.
 */
function handOver(binary, onUnfit) {
  var hasPipe = process.platform !== 'win32'
  var environment = Object.assign({}, process.env, hasPipe ? { FAIRLEAD_LAUNCHER_PIPE: '3' } : {})
  var child = require('child_process').spawn(
    binary,
    ['--disable-warning=ExperimentalWarning'].concat(
      process.argv[2] === 'gateway' ? collectorFlags : [],
      __filename,
      process.argv.slice(2),
    ),
    { stdio: ['inherit', 'inherit', 'inherit'].concat(hasPipe ? ['pipe'] : []), env: environment },
  )
  if (hasPipe) child.stdio[3].on('error', function () {})
  var signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
  signals.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal)
    })
  })
  child.on('error', onUnfit)
  child.on('exit', function (code, signal) {
    process.exit(signal === null ? code : 128 + (os.constants.signals[signal] || 0))
  })
}

function handOverFromPath() {
  var onPath = findNode.nodesOnPath(process.env.PATH)
  var fitting = onPath.find(function (node) {
    return findNode.fits(node.version)
  })
  var giveUp = function () {
    fail(findNode.explainMissing(root, onPath))
  }
  if (fitting === undefined) giveUp()
  else handOver(fitting.binary, giveUp)
}

if (!fs.existsSync(main)) {
  fail('error: Fairlead is not built\n  where ' + root + '\n  mend  Build it.\n  type  npm run build')
} else if (findNode.fits(process.version)) {
  if (becomesGateway()) becomeGateway()
  runHere()
} else {
  var packaged = findNode.platformBinary(root)
  if (packaged === undefined) handOverFromPath()
  else handOver(packaged, handOverFromPath)
}
