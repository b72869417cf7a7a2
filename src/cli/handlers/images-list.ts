import { exitCodes } from '../../errors/index.ts'
import { askImageFacts } from '../../operate/images/index.ts'
import type { CommandHandler } from '../command.ts'
import { openImages, readPlatform, renderImages } from '../images/index.ts'

/** Widest that it is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead images list`. */
export const imagesList: CommandHandler = async (input, context) => {
  const { output, environment, signal } = context
  const platform = readPlatform(input.options)
  const { rendered: _, ...found } = (await openImages(input, context)).found
  const names = found.images.map(({ image }) => image)
  const isAsked = input.options['digests'] === true && platform !== undefined
  const facts = isAsked ? await askImageFacts(names, platform, { environment, signal }) : undefined
  if (output.json) {
    const images = found.images.map((image) => {
      const told = facts?.get(image.image)
      if (told === undefined) return image
      return Object.assign({}, image, told instanceof Error ? { error: told.message } : told)
    })
    output.document({ ...found, images })
    return exitCodes.done
  }
  const surface = { columns: Math.min(output.columns(), widest), paint: output.paint }
  for (const line of renderImages(found, facts, surface)) output.line(line)
  return exitCodes.done
}
