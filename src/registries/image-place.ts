/** Where an image is asked for. */
export interface ImagePlace {
  /** `https://registry-1.docker.io` */
  readonly registry: string
  /** `library/redis` */
  readonly repository: string
  /** A tag or a digest. */
  readonly reference: string
  /** The tag where there is one; beside a digest it is for people. */
  readonly tag?: string
}

/** The place of an image, by the rules of Docker's references (distribution/reference): no host is Docker Hub. */
export function imagePlace(image: string): ImagePlace | undefined {
  const [, name = '', tag, digest] = /^(.+?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-f]{32,}))?$/.exec(image) ?? []
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (first === 'localhost' || /[.:]/.test(first))
  const path = hasHost ? rest.join('/') : name
  if (hasHost && !/^(?:[\w-]+\.)*[\w-]+(?::\d{1,5})?$/.test(first)) return undefined
  if (!/^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path)) return undefined
  const host = !hasHost || first === 'docker.io' ? 'registry-1.docker.io' : first
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host)
  const isOfficial = host === 'registry-1.docker.io' && !path.includes('/')
  return {
    registry: `${isLocal ? 'http' : 'https'}://${host}`,
    repository: isOfficial ? `library/${path}` : path,
    reference: digest ?? tag ?? 'latest',
    ...(tag === undefined ? {} : { tag }),
  }
}
