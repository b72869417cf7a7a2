/** A source that a Fleet could name, or why there is none. */
export type ArtifactSource =
  | { readonly source: string; readonly endpoint?: string }
  | { readonly problem: string; readonly mend: string }

/** Schemes that sources of Fleets have beside those of registries. */
const served = ['hf', 's3', 'gs', 'az', 'oci', 'pvc', 'file', 'pypi']
const servedText = served.map((scheme) => `${scheme}://`).join(', ')
const longestUri = 2048

/**
 * Where a registry’s artifact is, in the words of a Fleet.
 * Sources: `wasbs://container@account.blob.core.windows.net/path` and `abfss://…dfs…` (Hadoop Azure support), `s3://bucket/path?endpoint=…`
 * (Kubeflow Model Registry, Python client, `utils.s3_uri_from`), `hf://owner/name:revision` (KServe, storage of the hub), absolute paths
 * (MLflow’s file store).
 */
export function artifactSource(uri: string): ArtifactSource {
  const text = uri.trim()
  // It becomes a part of Fleet files and manifests: nothing in it may end a word there.
  if (text.length > longestUri || !/^[^\s\p{Cc}\p{Cf}"'`,[\]{}#<>|\\]+$/u.test(text)) {
    return {
      problem: 'its address is longer than 2048 characters, or has some that no address has',
      mend: 'Register it anew.',
    }
  }
  if (text.startsWith('/')) return { source: `file://${text}` }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/*(.*)$/i.exec(text) ?? []
  // Signatures of object storage stand in queries, passwords before an "@"; neither belongs into a Fleet, nor on a screen.
  if ((text.includes('?') && scheme !== 's3') || /^[^/@]*:[^/@]*@/.test(rest)) {
    return {
      problem: 'its address has a query or a password in it',
      mend: 'Register it without, and rotate what stood there.',
    }
  }
  const known = withoutEnd(rest) === '' ? '' : scheme.toLowerCase()
  switch (known) {
    case 'wasb':
    case 'wasbs':
    case 'abfs':
    case 'abfss':
      return azureSource(rest)
    case 's3':
      return s3Source(rest)
    case 'hf':
      return { source: `hf://${hubName(withoutEnd(rest))}` }
    case 'file':
      return { source: `file:///${withoutEnd(rest)}` }
    case 'mlflow-artifacts':
      return {
        problem: 'MLflow itself serves it (mlflow-artifacts:), and no engine fetches from there',
        mend: `Start MLflow with an artifact root that engines reach and --no-serve-artifacts, or register the model with a source that begins with ${servedText}.`,
      }
    default:
  }
  if (served.includes(known)) return { source: `${known}://${withoutEnd(rest)}` }
  return {
    problem: `no target fetches ${scheme === '' ? 'from there' : `${scheme}: sources`}`,
    mend: `Register the model with a source that begins with ${servedText}.`,
  }
}

const withoutEnd = (path: string): string => path.replace(/\/+$/, '')

function azureSource(rest: string): ArtifactSource {
  const [, container = '', account = '', path = ''] =
    /^([^/@]+)@([a-z0-9]+)\.(?:blob|dfs)\.core\.windows\.net(?:\/(.*))?$/i.exec(rest) ?? []
  if (account === '') {
    return {
      problem: 'its address in Azure has no container and account',
      mend: 'Register it as wasbs://container@account.blob.core.windows.net/path.',
    }
  }
  return { source: withoutEnd(`az://${account}/${container}/${path}`) }
}

function s3Source(rest: string): ArtifactSource {
  const [path = '', query = ''] = rest.split('?')
  const endpoint = new URLSearchParams(query).get('endpoint') ?? undefined
  return { source: `s3://${withoutEnd(path)}`, ...(endpoint === undefined ? {} : { endpoint }) }
}

/** After a colon KServe has a revision, and a Fleet a file. */
function hubName(name: string): string {
  const [, repository, revision] = /^([^:@]+\/[^:@]+):([^:@]+)$/.exec(name) ?? []
  return repository === undefined || /\.gguf$/i.test(name) ? name : `${repository}@${revision ?? ''}`
}
