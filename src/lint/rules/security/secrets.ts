import type { EnvironmentEntry } from '../../../manifests/index.ts'
import type { Rule } from '../../contract.ts'
import { flagOf } from '../../subject/invocations.ts'
import { isRecord } from '../../subject/values.ts'
import { allEntries } from '../environment/names.ts'
import { kubernetesDocs } from '../references.ts'
import { isDefaultPassword, isPlaceholder, isSecretName, isToBeWritten, tokensIn } from './secret-shapes.ts'

const secretsDocs = kubernetesDocs('concepts/configuration/secret/', 'Secrets')

/** Longest line that is searched for tokens. */
const longestLine = 20_000

/** Whether a value stands where its variable does. */
const isWrittenOut = (source: EnvironmentEntry['source']): boolean =>
  source.kind === 'value' && source.isFilledIn !== true

const tokenInFile: Rule = {
  id: 'token-in-file',
  severity: 'error',
  what: 'A file holds a token of a known service, or a private key.',
  why: 'Whoever can read the file, its history or a backup of it has the account; the token has to count as lost.',
  since: 'always',
  mend: 'Revoke the token, put its successor into a Secret (or a file outside the repository), and refer to that.',
  references: [
    {
      title: 'GitHub: secret scanning patterns',
      url: 'https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns',
    },
    secretsDocs,
  ],
  *check({ manifests }) {
    for (const [file, text] of manifests.texts) {
      let offset = 0
      for (const [index, line] of text.split('\n').entries()) {
        for (const { at, kind } of line.length > longestLine ? [] : tokensIn(line)) {
          const position = { file, line: index + 1, column: at + 1, offset: offset + at, end: offset + at }
          // An .env file is a place for secrets, as long as nobody commits it.
          const isPrivate = /(^|\/)(\.env(\..*)?|[^/]*\.env)$/.test(file)
          yield {
            at: position,
            message: `Here stands what looks like ${kind}.`,
            ...(isPrivate ? { severity: 'warning' as const } : {}),
          }
        }
        offset += line.length + 1
      }
    }
  },
}

const plainSecret: Rule = {
  id: 'secret-in-environment',
  severity: 'error',
  what: 'A variable that holds a secret has its value written out.',
  why: 'The value is in the repository, in the object’s last-applied annotation, and in every `kubectl describe` and `docker inspect`.',
  since: 'always',
  mend: 'Take it from a Secret (valueFrom.secretKeyRef), or from the shell in Compose (`${NAME}`).',
  references: [secretsDocs],
  *check(subject) {
    for (const { entry, container } of allEntries(subject)) {
      const { name, value, source } = entry
      if (!isWrittenOut(source) || value === undefined || !isSecretName(name)) continue
      if (isDefaultPassword(value) || tokensIn(value).length > 0) continue
      if (container === undefined && /(^|\/)(\.env(\..*)?|[^/]*\.env)$/.test(entry.position.file)) continue
      if (isToBeWritten(value)) {
        const isProse = /\.mdx?$/.test(entry.position.file) || container?.description === 'docker-run'
        if (container === undefined || isProse) continue
        yield {
          at: entry.valuePosition,
          severity: 'warning',
          message: `The value of ${name} is to be written into the file.`,
        }
        continue
      }
      if (isPlaceholder(value)) continue
      yield { at: entry.valuePosition, message: `The value of ${name} is written out.` }
    }
  },
}

const keyInArguments: Rule = {
  id: 'api-key-in-arguments',
  severity: 'error',
  what: 'The API key of an engine is written into its arguments.',
  why: 'It is in the repository, in every `kubectl describe`, and in the process list of the node.',
  since: 'always',
  mend: 'Leave `--api-key` out and set VLLM_API_KEY (llama.cpp: LLAMA_API_KEY) from a Secret.',
  references: [{ title: 'vLLM: security', url: 'https://docs.vllm.ai/en/latest/usage/security/' }, secretsDocs],
  *check({ manifests }) {
    for (const invocation of manifests.engineInvocations) {
      for (const name of ['--api-key', '--hf-token']) {
        const flag = flagOf(invocation, name)
        const { value } = flag ?? {}
        if (flag === undefined || value === undefined || value.unresolved.length > 0 || /[$]/.test(value.written))
          continue
        if (
          isPlaceholder(value.text) ||
          /^(true|false|none|EMPTY)$/i.test(value.text) ||
          tokensIn(value.text).length > 0
        )
          continue
        yield { at: value.position, message: `${name} has its value written out.` }
      }
    }
  },
}

const defaultPassword: Rule = {
  id: 'default-password',
  severity: 'error',
  what: 'A password or key is the one that examples have.',
  why: 'It is the first that anyone tries.',
  since: 'always',
  mend: 'Make a random one (`openssl rand -hex 32`) and take it from a Secret.',
  references: [
    {
      title: 'OWASP: use of default credentials',
      url: 'https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/04-Authentication_Testing/02-Testing_for_Default_Credentials',
    },
  ],
  *check(subject) {
    for (const { entry } of allEntries(subject)) {
      const { name, value, source } = entry
      if (!isWrittenOut(source) || value === undefined || !isSecretName(name) || !isDefaultPassword(value)) continue
      yield { at: entry.valuePosition, message: `${name} is set to a password that examples have.` }
    }
    for (const secret of subject.ofKind('Secret')) {
      for (const [field, isEncoded] of [
        ['stringData', false],
        ['data', true],
      ] as const) {
        const entries = secret.get([field])
        for (const [key, value] of Object.entries(isRecord(entries) ? entries : {})) {
          if (typeof value !== 'string' || value.length > 100) continue
          const plain = isEncoded ? Buffer.from(value, 'base64').toString('utf8').trim() : value
          if (isDefaultPassword(plain))
            yield {
              at: secret.at([field, key]),
              message: `${key} of Secret ${secret.name} is a password that examples have.`,
            }
        }
      }
    }
  },
}

const encodedToken: Rule = {
  id: 'token-in-secret-object',
  severity: 'error',
  what: 'A Secret in a file holds a token of a known service, base64 encoded.',
  why: 'Base64 hides nothing: whoever can read the file has the account.',
  since: 'always',
  mend: 'Revoke the token; create the Secret outside the repository, or seal it (SealedSecret, SOPS, External Secrets).',
  references: [secretsDocs],
  *check(subject) {
    for (const secret of subject.ofKind('Secret')) {
      const data = secret.get(['data'])
      for (const [key, value] of Object.entries(isRecord(data) ? data : {})) {
        if (typeof value !== 'string' || value.length > 10_000) continue
        const [token] = tokensIn(Buffer.from(value, 'base64').toString('utf8'))
        if (token !== undefined)
          yield {
            at: secret.at(['data', key]),
            message: `${key} of Secret ${secret.name} holds what looks like ${token.kind}.`,
          }
      }
    }
  },
}

/** Secrets in files. */
export const secretRules: readonly Rule[] = [tokenInFile, encodedToken, plainSecret, keyInArguments, defaultPassword]
