import type { Fleet } from '../../../fleet/index.ts'

/** The file with Langfuse’s secrets; apart from `.env`, so that the rest starts without it. */
export const langfuseFile = './langfuse.env'

interface Variable {
  readonly name: string
  readonly what: string
  readonly value?: string
}

/** What a person fills in for Langfuse. Variables of the file itself are put in by Compose. */
export function langfuseExample({ observe }: Fleet, ports: { readonly web: number; readonly storage: number }): string {
  const made = 'openssl rand -hex 32'
  const variables: readonly Variable[] = [
    { name: 'NEXTAUTH_URL', what: 'Where people open Langfuse in a browser.', value: `http://localhost:${ports.web}` },
    {
      name: 'LANGFUSE_S3_MEDIA_UPLOAD_ENDPOINT',
      what: 'Where their browsers reach langfuse-storage.',
      value: `http://localhost:${ports.storage}`,
    },
    { name: 'NEXTAUTH_SECRET', what: `Signs sessions: ${made}` },
    { name: 'SALT', what: `Salts the digests of API keys: ${made}` },
    { name: 'ENCRYPTION_KEY', what: `Encrypts what is secret in the database; 64 hexadecimal digits: ${made}` },
    { name: 'POSTGRES_PASSWORD', what: `PostgreSQL: ${made}` },
    { name: 'DATABASE_PASSWORD', what: 'The same, for Langfuse.', value: '${POSTGRES_PASSWORD}' },
    { name: 'CLICKHOUSE_PASSWORD', what: `ClickHouse: ${made}` },
    { name: 'REDIS_AUTH', what: `Redis of Langfuse: ${made}` },
    { name: 'MINIO_ROOT_USER', what: 'Object storage.', value: 'langfuse' },
    { name: 'MINIO_ROOT_PASSWORD', what: `Object storage: ${made}` },
    ...['EVENT_UPLOAD', 'MEDIA_UPLOAD'].flatMap((use) => [
      { name: `LANGFUSE_S3_${use}_ACCESS_KEY_ID`, what: 'The same, for Langfuse.', value: '${MINIO_ROOT_USER}' },
      {
        name: `LANGFUSE_S3_${use}_SECRET_ACCESS_KEY`,
        what: 'The same, for Langfuse.',
        value: '${MINIO_ROOT_PASSWORD}',
      },
    ]),
    ...(observe.langfuse === undefined
      ? []
      : [
          {
            name: 'LANGFUSE_INIT_PROJECT_SECRET_KEY',
            what: 'The secret key that the gateway has (observe.langfuse.secretKey), so that the project knows it.',
          },
        ]),
    { name: 'LANGFUSE_INIT_USER_EMAIL', what: 'The first user; may stay empty, then people sign up.' },
    { name: 'LANGFUSE_INIT_USER_NAME', what: 'Their name.' },
    { name: 'LANGFUSE_INIT_USER_PASSWORD', what: 'Their password, eight characters at least.' },
  ]
  return [
    '# Secrets of Langfuse. Copy to langfuse.env, fill in, and keep it from others: chmod 600 langfuse.env',
    '# Digits and letters only: some of them become parts of URLs.',
    ...variables.flatMap(({ name, what, value = '' }) => ['', `# ${what}`, `${name}=${value}`]),
    '',
  ].join('\n')
}
