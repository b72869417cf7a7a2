/**
 * The order of layers (ARCHITECTURE.md): a folder imports from rows below its own only; folders of one row import neither each other.
 * Type-only imports count. Composition roots may import anything and nothing imports them.
 */
const rows = [
  ['errors'],
  ['files', 'progress', 'fleet'],
  ['sizing', 'engines'],
  ['scheduling', 'manifests', 'plan'],
  ['simulate', 'lint', 'import'],
  ['models', 'engine-cache', 'kubernetes', 'observe', 'access'],
  ['discovery', 'jobs', 'registries'],
  ['gateway', 'targets'],
  ['operate'],
  ['controller'],
  ['cli'],
]
const pure = ['errors', 'fleet', 'sizing', 'engines', 'scheduling', 'simulate', 'plan', 'manifests', 'lint', 'import']
const compositionRoots = ['^src/cli/main\\.ts$', '^src/gateway/(main|worker)\\.ts$', '^src/controller/main\\.ts$']
const tests = ['\\.test\\.ts$', '/testing/']

const layerRules = rows.flatMap((row, height) =>
  row.map((folder) => ({
    name: `layer-${folder}`,
    severity: 'error',
    comment: `src/${folder} may import only from the layers below it`,
    from: { path: `^src/${folder}/`, pathNot: [...compositionRoots, ...tests] },
    to: {
      path: `^src/(${[...row.filter((other) => other !== folder), ...rows.slice(height + 1).flat(), 'bench', 'engine-servers'].join('|')})/`,
    },
  })),
)

export default {
  forbidden: [
    ...layerRules,
    {
      name: 'pure-folders-do-no-io',
      severity: 'error',
      comment: 'deciding is pure: no I/O, no clock, no processes',
      from: { path: `^src/(${pure.join('|')})/`, pathNot: tests },
      to: {
        path: '^(node:)?(fs|fs/promises|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|cluster|sqlite|os)$|^src/files/',
      },
    },
    {
      name: 'index-is-the-only-door',
      severity: 'error',
      comment:
        "a folder's insides are private; import its index.ts or its contract.ts; parts of operate, targets and observe have doors of their own, so that a command loads what it works with alone",
      from: { path: '^src/([^/]+)/', pathNot: [...compositionRoots, ...tests] },
      to: {
        path: '^src/([^/]+)/.+',
        pathNot: [
          '^src/$1/',
          '^src/[^/]+/(index|contract)\\.ts$',
          '^src/(operate|targets|observe)/[^/]+/index\\.ts$',
          '/testing/',
        ],
      },
    },
    {
      name: 'nothing-imports-a-composition-root',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: compositionRoots },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'engine-servers-are-spawned-never-imported',
      severity: 'error',
      from: { path: '^src/(?!engine-servers/)', pathNot: tests },
      to: { path: '^src/engine-servers/' },
    },
  ],
  options: { parser: 'swc', tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
}
