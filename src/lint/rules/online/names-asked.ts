import type { ImageReference, ManifestSet, Position } from '../../../manifests/contract.ts'

/** A name with the place where it stands. */
export interface NamedThing {
  readonly name: string
  readonly at: Position
}

/** A repository on the hub, as people write it: `owner/name`, with or without `hf://`. */
const hubId = /^(?:hf:\/\/)?([\w.-]+\/[\w.-]+?)(?:@[\w./-]+)?$/

/** Models of a hub that engines are started with; paths and names with variables are none. */
export function modelsNamed({ engineInvocations }: ManifestSet): NamedThing[] {
  return engineInvocations.flatMap(({ model }) => {
    const id = model === undefined || model.unresolved.length > 0 ? undefined : hubId.exec(model.text)?.[1]
    return model === undefined || id === undefined || id.startsWith('.') ? [] : [{ name: id, at: model.position }]
  })
}

/** Images that containers name, but for those with variables. */
export function imagesNamed({ containers }: ManifestSet): (NamedThing & { readonly image: ImageReference })[] {
  return containers.flatMap(({ image }) =>
    image === undefined || image.text === '' || /[{}$<>\s]/.test(image.text)
      ? []
      : [{ name: image.text, at: image.position, image }],
  )
}
