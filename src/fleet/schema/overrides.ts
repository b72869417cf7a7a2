import { z } from 'zod'

/** A section with every field optional, at every depth; lists are replaced as a whole. */
export type Overrides<Section> = Section extends readonly unknown[]
  ? Section
  : Section extends object
    ? { [Field in keyof Section]?: Overrides<Section[Field]> | undefined }
    : Section

/** The section as a model may write it: the same fields, none filled in, so that what is absent comes from the Fleet. */
export function overridesOf<Section extends z.ZodObject>(section: Section, from: string) {
  const schema = withoutDefaults(section) as unknown as z.ZodType<
    Overrides<z.output<Section>>,
    Overrides<z.input<Section>>
  >
  return schema
    .optional()
    .meta({ 'x-fairlead-overrides': from })
    .describe(`The fields of \`${from}\` that are other for this model.`)
}

/** The same schema with defaults taken away and fields optional. What is optional already is written as a whole or not at all. */
function withoutDefaults(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return describedAs(schema, withoutDefaults(schema.unwrap()))
  }
  if (schema instanceof z.ZodObject && !('x-fairlead-kind' in (schema.meta() ?? {}))) {
    const fields = Object.entries(schema.shape).map(([name, field]) => [name, withoutDefaults(field).optional()])
    return describedAs(schema, z.strictObject(Object.fromEntries(fields)))
  }
  return schema as z.ZodType
}

/** Carries the description over; the rest of the metadata stands on the inner schema. */
function describedAs(original: z.ZodType, copy: z.ZodType): z.ZodType {
  return original.description === undefined ? copy : copy.describe(original.description)
}
