import { UserError } from '../../errors/index.ts'
import { isPassing, lastCause, type HttpAnswer } from '../download/index.ts'
import { describeModelSource, type HubSource } from './model-source.ts'

/**
 * What people are told when the hub refuses. Its reason is in the header `X-Error-Code`
 * (huggingface_hub 2.4, `hf_raise_for_status`); 401 without one is what it answers for repositories that do not exist.
 */
export function hubRefusal(answer: HttpAnswer, source: HubSource, hasToken: boolean): UserError {
  const code = answer.header('x-error-code')
  const where = describeModelSource(source)
  const { host } = answer.url
  const { status } = answer
  if (code === 'GatedRepo') {
    return new UserError({
      what: `${source.repository} is gated`,
      where,
      why: hasToken
        ? 'The account that HF_TOKEN belongs to has not been given access.'
        : 'Its licence has to be accepted before it can be downloaded, and HF_TOKEN is not set.',
      mend: `Accept the licence at https://huggingface.co/${source.repository}, then set HF_TOKEN to a token of the same account with read access.`,
    })
  }
  if (code === 'RevisionNotFound') {
    return new UserError({
      what: `${source.repository} has no revision "${source.revision ?? 'main'}"`,
      where,
      mend: 'Name a branch, a tag or a commit of it after "@".',
    })
  }
  if (code === 'EntryNotFound') {
    return new UserError({
      what: `${source.repository} has no file "${source.file ?? ''}"`,
      where,
      mend: `See which files it has at https://huggingface.co/${source.repository}/tree/${source.revision ?? 'main'}.`,
    })
  }
  if (status === 401 && hasToken && code !== 'RepoNotFound') {
    return new UserError({
      what: `${host} does not accept HF_TOKEN`,
      where,
      why: 'The token is wrong, has expired, or may not read this repository; a repository that does not exist is refused alike.',
      mend: 'Check the name, and make a token with read access at https://huggingface.co/settings/tokens.',
    })
  }
  if (status === 401 || status === 404 || code === 'RepoNotFound') {
    return new UserError({
      what: `There is no repository ${source.repository} on ${host} that can be read`,
      where,
      why: 'It does not exist, or it is private.',
      mend: hasToken
        ? 'Check the name; if it is private, HF_TOKEN needs read access to it.'
        : 'Check the name; if it is private, set HF_TOKEN to a token with read access.',
    })
  }
  if (status === 403) {
    return new UserError({
      what: `${host} refuses access to ${source.repository}`,
      where,
      why: `It answered 403${hasToken ? '; the token may lack read access' : ', and HF_TOKEN is not set'}.`,
      mend: `Accept the licence at https://huggingface.co/${source.repository} if it has one, and set HF_TOKEN to a token with read access.`,
    })
  }
  return new UserError({ what: `${host} answered ${status}`, where, mend: 'Try again later.' })
}

/** What people are told when the hub cannot be reached, or a download broke off for good. */
export function hubUnreachable(url: URL, where: string, error: unknown): unknown {
  if (!isPassing(error)) return error
  return new UserError({
    what: `${url.host} cannot be reached, or the connection breaks again and again`,
    where,
    why: lastCause(error),
    mend: 'Check the network, and HTTPS_PROXY and HF_ENDPOINT if there is a proxy or a mirror. What was downloaded is kept; the same command continues it.',
    cause: error,
  })
}
