import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { readManifests } from '../manifests/index.ts'
import {
  applyEdits,
  formatGithub,
  formatText,
  lint,
  parseLintConfig,
  rules,
  toJson,
  toSarif,
  type Rule,
} from './index.ts'

const script = (text: string) => [{ path: 'start.sh', content: text }]
const idsOf = (text: string) => lint(script(text)).findings.map(({ rule }) => rule)

const isWhole = ({ id, what, why, mend, since, references }: Rule) =>
  /^[a-z0-9]+(-[a-z0-9]+)+$/.test(id) &&
  [what, why, mend].every((text) => text.endsWith('.')) &&
  since !== '' &&
  references.every(({ title, url }) => title !== '' && /^https:\/\/|^docs\//.test(url))

describe('rules', () => {
  it('have ids that suppressions can name, and sources that a reader can follow', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    expect(rules.filter((rule) => !isWhole(rule)).map(({ id }) => id)).toEqual([])
  })

  it('run alone when they are asked for', () => {
    const files = script('vllm serve x/y --swap-space 4 --trust-remote-code')
    expect(lint(files, { rules: ['vllm-remote-code-unpinned'] }).findings.map(({ rule }) => rule)).toEqual([
      'vllm-remote-code-unpinned',
    ])
  })
})

/** Files in which a Compose file's key has this value. */
const findingsOfKey = (value: string) => {
  const service = {
    image: 'vllm/vllm-openai:v0.20.0',
    command: '--model a/b',
    environment: [`VLLM_API_KEY=${value}`],
  }
  const files = [
    { path: 'compose.yaml', content: JSON.stringify({ services: { vllm: service } }) },
    { path: '.env', content: 'OURS=a-long-and-random-word\n' },
  ]
  return lint(files, { rules: ['secret-in-environment'] }).findings.map(({ file }) => file)
}

describe('secrets of a Compose file', () => {
  it('are no finding where .env has them, and one where they stand in the file', () => {
    expect(findingsOfKey('${OURS}')).toEqual([])
    expect(findingsOfKey('a-long-and-random-word')).toEqual(['compose.yaml'])
    expect(findingsOfKey('${THEIRS:-a-long-and-random-word}')).toEqual(['compose.yaml'])
  })
})

describe('suppressions', () => {
  it('silence the line they stand on', () => {
    expect(idsOf('vllm serve x/y --swap-space 4 # fairlead-ignore engine-removed-flag: the fork has it')).toEqual([])
  })

  it('silence the command below, over its continued lines', () => {
    expect(
      idsOf('# fairlead-ignore engine-removed-flag: the fork has it\nvllm serve x/y \\\n  --swap-space 4'),
    ).toEqual([])
  })

  it('silence a whole file', () => {
    const text = '# fairlead-ignore-file engine-removed-flag: the fork has it\n\necho\nvllm serve x/y --swap-space 4\n'
    expect(idsOf(text)).toEqual([])
    expect(lint(script(text)).suppressedCount).toBe(1)
  })

  it('silence nothing without a reason', () => {
    expect(idsOf('vllm serve x/y --swap-space 4 # fairlead-ignore engine-removed-flag')).toEqual([
      'engine-removed-flag',
      'suppression-without-reason',
    ])
  })

  it('leave other rules on their line alone', () => {
    const text =
      'vllm serve x/y --swap-space 4 --trust-remote-code # fairlead-ignore engine-removed-flag: the fork has it'
    expect(idsOf(text)).toEqual(['vllm-remote-code-unpinned'])
  })

  it('come from the configuration by path', () => {
    const suppressions = [{ rule: 'engine-removed-flag', path: 'old/**', reason: 'kept as it was' }]
    const content = 'vllm serve x/y --swap-space 4\n'
    const { findings } = lint(
      [
        { path: 'old/a.sh', content },
        { path: 'new/a.sh', content },
      ],
      { suppressions },
    )
    expect(findings.map(({ file }) => file)).toEqual(['new/a.sh'])
  })
})

describe('the configuration', () => {
  const known = new Set(['image-floating-tag'])
  it('is read', () => {
    const text = 'suppress:\n  - {rule: image-floating-tag, path: labs, reason: on purpose}\n'
    expect(parseLintConfig(text, 'c.yaml', known)).toEqual([
      { rule: 'image-floating-tag', path: 'labs', reason: 'on purpose' },
    ])
  })

  it.each([
    ['suppress: [{rule: image-floating-tag}]', /reason/],
    ['suppress: [{rule: nothing, reason: x}]', /no rule/],
    ['ignore: []', /ignore/],
    ['suppress: 3', /list/],
    ['a: [', /./],
  ])('is refused when it is %s', (text, why) => {
    const refused = () => parseLintConfig(text, 'c.yaml', known)
    expect(refused).toThrow(UserError)
    expect(refused).toThrow(
      expect.objectContaining({ parts: expect.objectContaining({ why: expect.stringMatching(why) }) }),
    )
  })
})

describe('reports', () => {
  const files = script('vllm serve x/y \\\n  --swap-space 4 # 50%, and more\n')
  const report = lint(files)

  // proves A10 (real part)
  it('give JSON with exactly the promised fields', () => {
    expect(toJson(report.findings)).toEqual([
      {
        rule: 'engine-removed-flag',
        severity: 'error',
        file: 'start.sh',
        line: 2,
        column: 3,
        message: expect.stringContaining('--swap-space'),
        why: expect.stringMatching(/./),
        fix: expect.stringMatching(/./),
      },
    ])
  })

  it('show people the line with a caret, and count', () => {
    const text = formatText(report, readManifests(files).texts)
    expect(text).toContain('start.sh:2:3: error: --swap-space is gone')
    expect(text).toContain('  2 |   --swap-space 4 # 50%, and more\n    |   ^')
    expect(text).toMatch(/1 error in 1 file\.$/)
  })

  it('let nothing of a file steer a terminal, and show no secret', () => {
    const token = ['hf', 'QzWkPvLmNbTyRsDfGhJkXcVaEuIoQpWzLm'].join('_')
    const hostile = script(`export HF_TOKEN=${token} \u001B[2J\nvllm serve x/y --swap-space 4\n`)
    const text = formatText(lint(hostile), readManifests(hostile).texts)
    expect(text).toContain('token-in-file')
    expect(text).not.toContain(token)
    expect(text).not.toContain('\u001B')
  })

  // proves A10 (real part)
  it('give GitHub one annotation a finding, escaped', () => {
    const hostile = lint([{ path: 'a,b:c.sh', content: 'vllm serve x/y --swap-space 4\n' }])
    const line = formatGithub(hostile.findings)
    expect(line).toMatch(/^::error file=a%2Cb%3Ac\.sh,line=1,col=16,title=engine-removed-flag::/)
    expect(line).not.toContain('\n')
  })

  // proves A10 (real part)
  it('give SARIF 2.1.0 with the rules that were broken', () => {
    expect(toSarif(report.findings, rules, '1.2.3')).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'fairlead', version: '1.2.3', rules: [{ id: 'engine-removed-flag' }] } },
          results: [
            {
              ruleId: 'engine-removed-flag',
              ruleIndex: 0,
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'start.sh' },
                    region: { startLine: 2, startColumn: 3 },
                  },
                },
              ],
            },
          ],
        },
      ],
    })
  })
})

describe('edits', () => {
  it('that overlap are made once; the rest waits for the next run', () => {
    const edits = [
      { file: 'a', start: 0, end: 3, text: 'x' },
      { file: 'a', start: 2, end: 4, text: 'y' },
      { file: 'a', start: 5, end: 5, text: 'z' },
    ]
    expect(applyEdits('abcdefg', edits)).toBe('xdezfg')
  })

  it.each([
    ['vllm serve x/y --swap-space 4 --port 8000\n', 'vllm serve x/y --port 8000\n'],
    ['vllm serve x/y \\\n  --swap-space 4 \\\n  --port 8000\n', 'vllm serve x/y \\\n  --port 8000\n'],
    ['vllm serve x/y \\\n  --port 8000 \\\n  --swap-space=4\n', 'vllm serve x/y \\\n  --port 8000\n'],
  ])('take a flag out of %j with what it leaves behind', (text, expected) => {
    const edits = lint(script(text)).findings.flatMap((finding) => finding.edits ?? [])
    expect(applyEdits(text, edits)).toBe(expected)
  })

  it('keep comments, quotes and the order of a list in YAML', () => {
    const content = [
      'services:',
      '  vllm:',
      '    image: vllm/vllm-openai:v0.32.0 # the release of the month',
      '    gpus: all',
      '    restart: always',
      '    command:',
      '      - Qwen/Qwen3-8B',
      '      # was needed once',
      '      - "--swap-space"',
      '      - "4"',
      '      - "--max-model-len=8192" # enough',
      '',
    ].join('\n')
    const edits = lint([{ path: 'compose.yaml', content }]).findings.flatMap((finding) => finding.edits ?? [])
    expect(applyEdits(content, edits)).toBe(content.replace('      - "--swap-space"\n      - "4"\n', ''))
  })
})

const manifest = (index: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: qwen-${index}, namespace: team-${index % 20}}
spec:
  selector: {matchLabels: {app: qwen-${index}}}
  template:
    metadata: {labels: {app: qwen-${index}}}
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.32.0
          args: [Qwen/Qwen3-8B, --swap-space=4, --max-model-len=8192]
          ports: [{containerPort: 8000}]
          readinessProbe: {httpGet: {path: /health, port: 8000}}
          resources: {limits: {nvidia.com/gpu: 1}}
`
const service = (index: number) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: qwen-${index}, namespace: team-${index % 20}}\nspec:\n  selector: {app: qwen-${index}}\n  ports: [{port: 8000}]\n`

describe('a large repository', () => {
  it('of a thousand documents is checked to its end, every mistake found', { timeout: 120_000 }, () => {
    const files = Array.from({ length: 500 }, (_, index) => ({
      path: `deploy/${index}.yaml`,
      content: `${manifest(index)}---\n${service(index)}`,
    }))
    const { findings } = lint(files)
    expect(findings.filter(({ rule }) => rule === 'engine-removed-flag')).toHaveLength(500)
    expect(findings.filter(({ rule }) => rule === 'service-selects-nothing')).toHaveLength(0)
  })
})
