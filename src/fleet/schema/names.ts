import { z } from 'zod'

/** A DNS-1123 label, since Fleet and model names become Kubernetes object names (RFC 1123 section 2.1). */
export const dnsLabel = () =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
      'expected lower-case letters, digits and dashes, starting and ending with a letter or digit',
    )

/** A name under which clients ask for a model: what engines accept as a served model name. */
export const servedName = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'expected letters, digits and . _ : / -, starting with a letter or digit')

/** A list with the bound that a structural CRD schema needs. */
export const list = <Item extends z.ZodType>(item: Item, maxItems = 64) => z.array(item).max(maxItems)

/** Free text with a bound. */
export const text = (maxLength = 1024) => z.string().max(maxLength)

/** Labels and the like: text by text, with a bound that a CRD schema can say. */
export const textMap = (maxProperties = 64) =>
  z
    .record(text(253), text(1024))
    .refine((map) => Object.keys(map).length <= maxProperties, `expected at most ${maxProperties} entries`)
    .meta({ maxProperties })

/** An http(s) URL. */
export const httpUrl = () =>
  text(2048).regex(/^https?:\/\/[^\s]+$/, 'expected a URL that starts with http:// or https://')

/** A name of an environment variable (POSIX.1-2017 section 8.1, lower case allowed too). */
export const variableName = () =>
  text(253).regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'expected letters, digits and underscores, starting with a letter or underscore',
  )

/** A share of a whole. */
export const share = () => z.number().min(0).max(1)

/** A secret by reference, never by value: exactly one of the three is set. */
export const secretReference = () =>
  z
    .strictObject({
      env: variableName().optional().describe('Name of the environment variable that holds the secret.'),
      file: text(4096).optional().describe('Path of the file that holds the secret.'),
      secretRef: z
        .strictObject({
          name: dnsLabel().describe('Name of the Kubernetes Secret.'),
          key: text(253).describe('Key within the Secret.'),
        })
        .optional()
        .describe('A key of a Kubernetes Secret.'),
    })
    .meta({ 'x-fairlead-kind': 'secret' })
/** A secret by reference. */
export type SecretReference = z.output<ReturnType<typeof secretReference>>
