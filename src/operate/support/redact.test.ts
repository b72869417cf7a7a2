import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, isSecretName, secretsAmong } from './redact.ts'

const { text, value } = createRedactor()

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.sflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV'
const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\nq8ZkQ==\n-----END RSA PRIVATE KEY-----'
/** What stands in a text, and the secret that may not come out of it. */
const secrets: readonly (readonly [text: string, secret: string])[] = [
  ['token hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345 is used', 'hf_AbCd'],
  ['key sk-proj-abcDEF1234567890abcDEF1234567890', 'abcDEF1234'],
  ['sk-ant-api03-abcdefghijklmnop', 'api03'],
  ['sk-lf-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f', '0a1b2c3d'],
  ['Authorization: Bearer abcdefghijkl', 'abcdefghijkl'],
  ['{"authorization":"Bearer abcdefghijkl"}', 'abcdefghijkl'],
  ['authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpw'],
  [`cookie of ${jwt}`, 'sflKxw'],
  ['connect redis://default:s3cr3t!@redis:6379/0', 's3cr3t'],
  ['https://x-access-token@github.com/a/b', 'x-access-token'],
  ['AKIAIOSFODNN7ABCDEFG', 'IOSFODNN7'],
  ['AWS_SECRET_ACCESS_KEY=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', 'wJalr'],
  ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'wJalr'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghij'],
  ['glpat-abcdefghij0123456789', 'abcdefghij'],
  ['xoxb-1234567890-abcdefghij', 'abcdefghij'],
  ['AIzaSyA1234567890abcdefghijklmnopqrstuv', 'SyA123'],
  [`"tls.key": ${JSON.stringify(pem)}`, 'MIIEow'],
  [pem, 'q8ZkQ'],
  [pem.slice(0, 50), 'MIIEow'],
  [`x\n${'MIIE'.repeat(16)}\n${pem.slice(-29)}`, 'MIIE'],
  ['password=hunter2-hunter2', 'hunter2'],
  ['password: "two words"', 'words'],
  ["--api-key 'two words'", 'words'],
  ['vllm serve m --api-key abc123def', 'abc123def'],
  ['vllm serve m --hf-token=abc123def', 'abc123def'],
  ['GET /x?token=abc123def&n=1', 'abc123def'],
  ['GET https://s3/x?X-Amz-Signature=abc123def&n=1', 'abc123def'],
  ['{"apiKey": "abc123def", "n": 1}', 'abc123def'],
  [JSON.stringify({ msg: '{"apiKey": "abc123def"}' }), 'abc123def'],
  ["{'db_password': 'abc123def'}", 'abc123def'],
  ['- name: HF_TOKEN\n  value: abc123def', 'abc123def'],
  ['- name: HF_TOKEN\n  value: "abc 123 def"', '123 def'],
  ['"name": "LANGFUSE_SALT",\n  "value": "abc123def"', 'abc123def'],
  ['SALT: abc123def', 'abc123def'],
]

/** What helps to find a cause and is no secret. */
const harmless: readonly string[] = [
  'max_tokens: 4096, prompt_tokens=17',
  'vllm:generation_tokens_total{model="m"} 12.0',
  'time_per_output_token: 12ms, first_token: 3',
  'eos_token: </s>',
  'secretRef: { name: hf, key: token }',
  'secretKeyRef:\n  name: hf-token\n  key: token',
  '- name: HF_HOME\n  value: /models',
  'token: { env: HF_TOKEN }',
  'HF_TOKEN=$HF_TOKEN',
  '--tokenizer mistral --max-num-batched-tokens 8192',
  'a Bearer token is missing',
  'http://127.0.0.1:8080/v1/chat/completions',
  'docker.io/vllm/vllm-openai@sha256:0123456789abcdef',
  'invalid_api_key',
  'sk-learn',
]

// proves B7 (real part)
describe('taking secrets out of texts', () => {
  it.each(secrets)('leaves none of %j', (given, secret) => {
    const shown = text(given)
    expect(shown).not.toContain(secret)
    expect(shown).toContain('[redacted ')
  })

  it.each(harmless)('leaves %j as it is', (given) => {
    expect(text(given)).toBe(given)
  })

  it('says what was there, and nothing else changes', () => {
    expect(text('a redis://u:p@h/0 b hf_AbCdEfGhIjKlMnOpQrSt c')).toBe(
      'a redis://[redacted user]@h/0 b [redacted Hugging Face token] c',
    )
    expect(text('X_TOKEN=abc123def; Y=2')).toBe('X_TOKEN=[redacted x_token]; Y=2')
    expect(text('{"apiKey":"abc123def","n":1}')).toBe('{"apiKey":"[redacted api_key]","n":1}')
  })

  it('changes nothing the second time', () => {
    for (const [given] of secrets) expect(text(text(given))).toBe(text(given))
  })

  it('takes known secrets out in every spelling, whatever stands around them', () => {
    assert(
      property(
        string({ minLength: 12, maxLength: 40 }).filter(
          (secret) => secret.trim() === secret && !/redacted/.test(secret),
        ),
        string(),
        string(),
        (secret, before, after) => {
          const { text: clean } = createRedactor([secret])
          for (const said of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
            expect(clean(`${before}${said}${after}`)).not.toContain(said)
        },
      ),
    )
  })

  it('is done in time with whatever it is given', () => {
    const hostile = ['-----BEGIN PRIVATE KEY-----'.repeat(5_000), 'a='.repeat(100_000), '\\"'.repeat(100_000)]
    hostile.push('eyJ'.repeat(60_000), 'token'.repeat(40_000), '://'.repeat(60_000), '--a'.repeat(60_000))
    for (const each of hostile) {
      const began = performance.now()
      text(each)
      expect(performance.now() - began).toBeLessThan(20_000)
    }
  }, 200_000)
})

describe('taking secrets out of values', () => {
  it('goes by the names of fields and of variables, and by what strings say', () => {
    const pod = {
      metadata: { name: 'hf-token' },
      env: [
        { name: 'HF_TOKEN', value: 'abc123def' },
        { name: 'HF_TOKEN', valueFrom: { secretKeyRef: { name: 'hf', key: 'token' } } },
        { name: 'MODE', value: 'fast' },
      ],
      args: ['--api-key', 'abc', '--url=redis://:pw@h'],
      config: { apiKey: 'abc123def', replicas: 3, password: '' },
    }
    expect(value(pod)).toEqual({
      metadata: { name: 'hf-token' },
      env: [{ name: 'HF_TOKEN', value: '[redacted HF_TOKEN]' }, pod.env[1], pod.env[2]],
      args: ['--api-key', '[redacted api-key]', '--url=redis://[redacted user]@h'],
      config: { apiKey: '[redacted apiKey]', replicas: 3, password: '' },
    })
  })

  it.each([
    ['HF_TOKEN', true],
    ['apiKey', true],
    ['LANGFUSE_SECRET_KEY', true],
    ['X-Amz-Signature', true],
    ['token', true],
    ['max_tokens', false],
    ['eos_token', false],
    ['PWD', false],
    ['secretRef', false],
    ['AWS_REGION', false],
  ])('takes %s for the name of a secret: %s', (name, expected) => expect(isSecretName(name)).toBe(expected))

  it('finds the secrets of an environment', () => {
    expect(secretsAmong({ HF_TOKEN: 'abc', HOME: '/root', EMPTY_TOKEN: '', GONE_TOKEN: undefined })).toEqual(['abc'])
  })
})
