/** A part of a template's syntax tree. */
export type TemplateNode = Readonly<Record<string, unknown>>

/** The variables of a template. */
export interface TemplateVariables {
  set(name: string, value: unknown): unknown
}

interface TemplateInterpreter {
  run(program: TemplateNode): { readonly value: unknown }
  /** Called for every part of a template that is evaluated. */
  evaluate(node: unknown, variables: unknown): unknown
}

/** What is used of the package `@huggingface/jinja`. */
export interface Jinja {
  readonly tokenize: (source: string, options: { lstrip_blocks: boolean; trim_blocks: boolean }) => unknown
  readonly parse: (tokens: unknown) => TemplateNode
  readonly Environment: new () => TemplateVariables
  readonly Interpreter: new (variables: TemplateVariables) => TemplateInterpreter
}

/**
 * Loads the package at first use: only who routes by exact prefixes needs it. Its own declarations import files without
 * their endings, which Node's module resolution, and so the compiler's, does not follow.
 */
export async function loadJinja(): Promise<Jinja> {
  return (await import('@huggingface/jinja')) as unknown as Jinja
}
