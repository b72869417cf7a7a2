/** A Fleet file with mistakes, and whatever else it is read with. */
export interface BrokenFleet {
  readonly title: string
  readonly source: string | Uint8Array
  readonly environment?: Readonly<Record<string, string>>
}

const utf16 = (text: string) =>
  new Uint8Array([0xff, 0xfe, ...new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer)])
const head = 'name: lab\nmodels:\n  - name: tiny\n    engine: simulated\n'
/** A sound Fleet with further lines at its end. */
const fleetAnd = (lines: string) => `${head}${lines}`

/** Mistakes that people make, each with the messages that it gets in `broken-fleets.md`. */
export const brokenFleets: readonly BrokenFleet[] = [
  // The file as such.
  { title: 'an empty file', source: '' },
  { title: 'nothing but comments', source: '# later\n' },
  { title: 'a list at the top', source: '- name: tiny\n' },
  { title: 'a sentence', source: 'serve me a model, please\n' },
  { title: 'UTF-16, as some editors save it', source: utf16('name: lab\n') },
  { title: 'Latin-1', source: new Uint8Array([...new TextEncoder().encode('name: caf'), 0xe9, 0x0a]) },
  { title: 'a binary file', source: new Uint8Array([0x47, 0x47, 0x55, 0x46, 0x03, 0x00, 0x00, 0x00]) },
  { title: 'a file that is far too large', source: '#'.repeat(1024 * 1024 + 1) },
  { title: 'two documents', source: `${head}---\nname: other\n` },

  // YAML.
  { title: 'a tab as indentation', source: 'name: lab\nmodels:\n\t- name: tiny\n' },
  { title: 'a field out of line', source: 'name: lab\nmodels:\n  - name: tiny\n     engine: simulated\n' },
  { title: 'a colon within a value', source: 'name: lab\nmodels:\n  - name: tiny\n    source: note: see below\n' },
  { title: 'an open bracket', source: 'name: lab\nmodels: [{ name: tiny, engine: simulated }\n' },
  { title: 'an open quote', source: 'name: lab\nmodels:\n  - name: "tiny\n    engine: simulated\n' },
  { title: 'a field without a colon', source: 'name lab\nmodels: []\n' },
  { title: 'a value that begins with @', source: fleetAnd('    aliases: [@home]\n') },
  { title: 'a field that stands twice', source: fleetAnd('    engine: vllm\n') },
  { title: 'a YAML tag', source: 'name: !env LAB\nmodels: []\n' },
  { title: 'an alias without an anchor', source: 'name: lab\nmodels: *models\n' },
  { title: 'an alias that contains itself', source: 'name: lab\nmodels: &all\n  - *all\n' },
  {
    title: 'a merge key',
    source:
      'name: lab\nmodels:\n  - &base { name: tiny, engine: simulated }\n  - { <<: *base, name: other, engine: simulated }\n',
  },
  {
    title: 'aliases that multiply',
    source: `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefg'].map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdef'[i]}`).join(',')}]`).join('\n')}\n`,
  },
  { title: 'a list as the name of a field', source: 'name: lab\n[models]: []\n' },
  { title: 'brackets within brackets', source: `name: lab\nmodels: ${'['.repeat(40)}${']'.repeat(40)}\n` },

  // Unknown and missing fields.
  { title: 'a misspelled field', source: 'name: lab\nmodels:\n  - name: tiny\n    engin: simulated\n' },
  { title: 'a misspelled section', source: fleetAnd('gatway:\n  listen: 127.0.0.1:8080\n') },
  {
    title: 'an engine flag as a field',
    source: fleetAnd('    max_model_len: 4096\n    gpu_memory_utilization: 0.9\n'),
  },
  { title: 'a port at the top', source: fleetAnd('port: 8080\n') },
  { title: 'a section at the wrong level', source: fleetAnd('deadlines:\n  ttft: 5s\n') },
  { title: 'a field that means nothing', source: fleetAnd('access:\n  wizard: true\n') },
  { title: 'no name', source: 'models:\n  - name: tiny\n    engine: simulated\n' },
  { title: 'no models', source: 'name: lab\n' },
  { title: 'an empty list of models', source: 'name: lab\nmodels: []\n' },
  { title: 'a misspelled name of a model', source: 'name: lab\nmodels:\n  - nmae: tiny\n    engine: simulated\n' },

  // Types and ranges.
  { title: 'models as a map', source: 'name: lab\nmodels:\n  tiny:\n    engine: simulated\n' },
  { title: 'a model as a word', source: 'name: lab\nmodels:\n  - tiny\n' },
  { title: 'a section without content', source: fleetAnd('gateway:\n') },
  { title: 'a number in quotes', source: fleetAnd('    replicas: "3"\n') },
  { title: 'a number as a name', source: 'name: lab\nmodels:\n  - name: 7.10\n    engine: simulated\n' },
  { title: 'yes for true', source: fleetAnd('access:\n  anonymous: yes\n') },
  { title: 'a word where a list is wanted', source: fleetAnd('    aliases: standard\n') },
  { title: 'a duration without a unit', source: fleetAnd('    startupBudget: 300\n') },
  { title: 'a duration in words', source: fleetAnd('gateway:\n  deadlines:\n    ttft: 5 minutes\n') },
  { title: 'a size in GB', source: fleetAnd('gateway:\n  bodyLimit: 8 GB\n') },
  { title: 'a context in words', source: fleetAnd('    context: long\n') },
  { title: 'too many replicas', source: fleetAnd('    replicas: 100000\n') },
  { title: 'half a replica', source: fleetAnd('    replicas: 1.5\n') },
  {
    title: 'capitals in the name of a Fleet',
    source: 'name: Our_Lab\nmodels:\n  - name: tiny\n    engine: simulated\n',
  },
  {
    title: 'an engine that is not known',
    source: 'name: lab\nmodels:\n  - name: tiny\n    engine: llama.cpp\n    source: file:///models/tiny.gguf\n',
  },
  { title: 'an engine that nobody knows', source: 'name: lab\nmodels:\n  - name: tiny\n    engine: triton\n' },
  { title: 'a damaged checksum', source: fleetAnd('    checksum: md5:abc\n') },

  // Names.
  { title: 'two models of one name', source: fleetAnd('  - name: tiny\n    engine: simulated\n') },
  {
    title: 'an alias that is the name of another model',
    source: fleetAnd('  - name: small\n    engine: simulated\n    aliases: [tiny]\n'),
  },
  {
    title: 'a role of two models',
    source: fleetAnd('    roles: [standard]\n  - name: small\n    engine: simulated\n    roles: [standard]\n'),
  },
  {
    title: 'two keys of one name',
    source: fleetAnd(
      'access:\n  keys:\n    - name: lab\n      value: { env: A }\n    - name: lab\n      value: { env: B }\n',
    ),
  },
  { title: 'a fallback to a model that is not there', source: fleetAnd('routing:\n  fallbackModels: [tyni]\n') },
  {
    title: 'a right to a priority that is not there',
    source: fleetAnd(
      'flow:\n  priorities:\n    - { name: urgent, level: 5 }\naccess:\n  priority: urgnet\n  keys:\n    - name: lab\n      value: { env: A }\n      priority: batch\n',
    ),
  },
  { title: 'a right to a priority where there is none', source: fleetAnd('access:\n  priority: urgent\n') },

  // Sources and addresses.
  { title: 'no source', source: 'name: lab\nmodels:\n  - name: tiny\n' },
  {
    title: 'a hub name without scheme',
    source: 'name: lab\nmodels:\n  - name: tiny\n    source: HuggingFaceTB/SmolLM2-135M-Instruct\n',
  },
  {
    title: 'a hub page as source',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    source: https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct/tree/main\n',
  },
  { title: 'a path as source', source: 'name: lab\nmodels:\n  - name: tiny\n    source: ./models/tiny.gguf\n' },
  { title: 'a scheme alone', source: 'name: lab\nmodels:\n  - name: tiny\n    source: hf://\n' },
  { title: 'engine external without addresses', source: 'name: lab\nmodels:\n  - name: tiny\n    engine: external\n' },
  {
    title: 'an address with /v1',
    source: 'name: lab\nmodels:\n  - name: tiny\n    addresses: [https://llm.example.org/api/v1/]\n',
  },
  { title: 'an address without http', source: 'name: lab\nmodels:\n  - name: tiny\n    addresses: [gpu-1:8000]\n' },
  {
    title: 'an address twice',
    source: 'name: lab\nmodels:\n  - name: tiny\n    addresses: [http://gpu-1:8000, http://gpu-1:8000/]\n',
  },
  {
    title: 'addresses for an engine of ours',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    engine: vllm\n    source: hf://owner/name\n    addresses: [http://gpu-1:8000]\n',
  },
  {
    title: 'settings of another engine',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    source: file:///tiny.gguf\n    upstreamModel: other\n    simulated: { ttft: 1s }\n',
  },

  // Listening.
  { title: 'open to all without keys', source: fleetAnd('gateway:\n  listen: 0.0.0.0:8080\n') },
  { title: 'administration open to all', source: fleetAnd('gateway:\n  admin: "[::]:8081"\n') },
  { title: 'a port alone', source: fleetAnd('gateway:\n  listen: "8080"\n') },
  { title: 'a port without host', source: fleetAnd('gateway:\n  listen: ":8080"\n') },
  { title: 'a URL to listen on', source: fleetAnd('gateway:\n  listen: http://127.0.0.1:8080\n') },
  { title: 'an IPv6 address without brackets', source: fleetAnd('gateway:\n  listen: ::1:8080\n') },
  { title: 'a port past the last one', source: fleetAnd('gateway:\n  listen: 127.0.0.1:80800\n') },
  { title: 'an address that is none', source: fleetAnd('gateway:\n  listen: 127.0.0.256:8080\n') },
  {
    title: 'one address for both listeners',
    source: fleetAnd('gateway:\n  listen: 127.0.0.1:9000\n  admin: 127.0.0.1:9000\n'),
  },

  // Secrets.
  {
    title: 'a key in the file',
    source: fleetAnd('access:\n  keys:\n    - name: lab\n      value: sk-not-for-everyone\n'),
  },
  {
    title: 'a key in the file, within the reference',
    source: fleetAnd('access:\n  keys:\n    - name: lab\n      value: { key: sk-not-for-everyone }\n'),
  },
  {
    title: 'a key as a shell variable',
    source: 'name: lab\nmodels:\n  - name: tiny\n    addresses: [http://gpu-1:8000]\n    apiKey: ${UPSTREAM_KEY}\n',
  },
  {
    title: 'a secret in two places',
    source: fleetAnd('access:\n  keys:\n    - name: lab\n      value: { env: KEY, file: /run/key }\n'),
  },
  { title: 'a secret in no place', source: fleetAnd('access:\n  keys:\n    - name: lab\n      value: {}\n') },
  {
    title: 'secrets under names that the Fleet file does not have',
    source: fleetAnd(
      '    hfToken: hf_notforeveryone\naccess:\n  keys:\n    - name: lab\n      key: sk-notforeveryone\n',
    ),
  },
  {
    title: 'a password in an address',
    source: 'name: lab\nmodels:\n  - name: tiny\n    addresses: ["https://me:hunter2@llm.example.org"]\n',
  },
  {
    title: 'a token in the environment of an engine',
    source: fleetAnd('    env:\n      - name: HF_TOKEN\n        value: hf_notforeveryone\n'),
  },
  { title: 'a key among engine arguments', source: fleetAnd('    engineArgs: [--api-key=sk-not-for-everyone]\n') },

  {
    title: 'passwords and signatures in URLs',
    source: `name: lab
models:
  - name: tiny
    source: "https://example.org/tiny.gguf?X-Amz-Signature=abcdef0123"
storage:
  state: { kind: redis, url: "redis://:hunter2@redis.example.org:6379" }
`,
  },
  {
    title: 'secrets by their form, wherever they stand',
    source: `name: lab
models:
  - name: tiny
    engine: simulated
    env:
      - name: EXTRA
        value: hf_abcdefghijklmnopqrst
    engineArgs: [--header, "Bearer abcdefgh12345"]
observe:
  langfuse: { url: https://langfuse.example.org, publicKey: sk-lf-0123456789abcdef, secretKey: { env: LF } }
`,
  },
  {
    title: 'a secret header among plain ones',
    source: fleetAnd('observe:\n  traces: { endpoint: "http://127.0.0.1:4318", headers: { x-api-key: abc } }\n'),
  },
  // Settings that do not fit together.
  { title: 'fewest above most', source: fleetAnd('    minReplicas: 4\n    maxReplicas: 2\n') },
  { title: 'fixed and a range', source: fleetAnd('    replicas: 2\n    maxReplicas: 4\n') },
  {
    title: 'prefill without decode',
    source: 'name: lab\nmodels:\n  - name: tiny\n    source: hf://owner/name\n    prefill: { replicas: 2 }\n',
  },
  {
    title: 'an external pool without addresses',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    engine: external\n    prefill: { addresses: [http://one] }\n    decode: {}\n',
  },
  {
    title: 'one address in two pools',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    engine: external\n    prefill: { addresses: [http://one] }\n    decode: { addresses: [http://one/] }\n',
  },
  {
    title: 'addresses in the pool of an engine that is started',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    source: hf://owner/name\n    prefill: {}\n    decode: { addresses: [http://one] }\n',
  },
  {
    title: 'a step smaller than the context',
    source:
      'name: lab\nmodels:\n  - name: tiny\n    source: hf://owner/name\n    context: 32k\n    maxBatchedTokens: 8k\n    chunkedPrefill: false\n',
  },
  {
    title: 'hosts at addresses that lead nowhere',
    source: fleetAnd(
      `targets:
  compose:
    hosts:
      - { name: one, address: 'http://10.0.0.11:8000', apiKey: { env: A } }
      - { name: two, address: localhost, apiKey: { env: A } }
      - { name: three, address: gpu 3, apiKey: { env: A } }
`,
    ),
  },
  {
    title: 'one host twice',
    source: fleetAnd(
      `targets:
  compose:
    hosts:
      - { name: one, address: gpu.lab, apiKey: { env: A } }
      - { name: one, address: 10.0.0.12, apiKey: { env: A } }
      - { name: two, address: GPU.lab., apiKey: { env: A } }
`,
    ),
  },
  {
    title: 'a host without a key',
    source: fleetAnd('targets:\n  compose:\n    hosts:\n      - { name: one, address: 10.0.0.11 }\n'),
  },
  {
    title: 'a model on a host that is not there, and on one twice',
    source: fleetAnd(
      `    placement: { hosts: [gpu-1, gpu1, gpu-1] }
targets:
  compose:
    hosts: [{ name: gpu-1, address: 10.0.0.11, apiKey: { env: A } }]
`,
    ),
  },
  { title: 'a deadline longer than the total', source: fleetAnd('gateway:\n  deadlines: { ttft: 1h, total: 10m }\n') },

  // Kubernetes form.
  {
    title: 'another kind of object',
    source: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: lab }\nspec: { replicas: 1 }\n',
  },
  {
    title: 'another version',
    source:
      'apiVersion: fairlead.dev/v1\nkind: Fleet\nmetadata: { name: lab }\nspec: { models: [{ name: tiny, engine: simulated }] }\n',
  },
  {
    title: 'both forms at once',
    source: 'apiVersion: fairlead.dev/v1alpha1\nkind: Fleet\nname: lab\nmodels: [{ name: tiny, engine: simulated }]\n',
  },
  {
    title: 'a mistake within spec',
    source:
      'apiVersion: fairlead.dev/v1alpha1\nkind: Fleet\nmetadata: { name: lab }\nspec:\n  models:\n    - name: tiny\n      engine: simulated\n      replicas: many\n',
  },

  // Older and newer files.
  { title: 'a field at an old place', source: fleetAnd('    memory: 8Gi\n') },
  {
    title: 'a field at its old and its new place',
    source: fleetAnd('    memory: 8Gi\n    resources: { memory: 4Gi }\n'),
  },
  { title: 'a newer version in the short form', source: `version: v1beta1\n${head}` },
  // Environment variables.
  { title: 'a variable with a wrong value', source: head, environment: { FAIRLEAD_MODELS_TINY_REPLICAS: 'many' } },
  { title: 'a variable that means no field', source: head, environment: { FAIRLEAD_GATEWAY_LISTNE: '127.0.0.1:1' } },
  {
    title: 'a variable with a secret',
    source: fleetAnd('access:\n  keys:\n    - name: lab\n      value: { env: KEY }\n'),
    environment: { FAIRLEAD_ACCESS_KEYS_LAB_VALUE: 'sk-not-for-everyone' },
  },

  // Accepted, without effect.
  {
    title: 'KV events of fewer places than there are addresses',
    source: `name: f
models:
  - name: a
    engine: external
    prefill: { addresses: [http://x:1] }
    decode: { addresses: [http://y:1, http://z:1] }
    kvCache: { events: { endpoints: [tcp://x:5557, tcp://y:5557] } }
    routing: { policy: prefixExact }
`,
  },
  {
    title: 'what nothing acts on yet',
    source: fleetAnd('    speculative: { method: ngram }\nautoscale:\n  downAfter: 10m\n'),
  },

  // Several at once.
  {
    title: 'everything at once',
    source: `name: Bad_Name
models:
  - name: a
    engin: vllm
    source: meta-llama/Llama-3.1-8B
    context: true
  - name: a
    engine: external
    addresses: [http://x:1/v1, localhost:80]
    apiKey: sk-not-for-everyone
    startupBudget: 5
gateway:
  listen: 0.0.0.0:8080
  bodyLimit: 8GB
acess:
  keys: []
`,
  },
]
