import { invalidValue, ServingError, type ResponseFormat } from '../serving/index.ts'
import { toGrammarSchema } from './json-schema.ts'
import type { GrammarState, Llama, LlamaGrammar, LlamaModel, NodeLlamaCpp } from './node-llama-cpp.ts'

/** Applications use a handful of schemas over and over. */
const maxGrammars = 32
/** A larger schema would hold the loop for long while its grammar is built. */
const maxSchemaCharacters = 64 * 1024
/** What the generator lets follow the value, for models that do not stop; here the grammar's end is the end. */
const trailingLines = String.raw` "\n\n\n\n" [\n]*`

/** Grammars that hold an answer to a format, made once for each schema. */
export class Grammars {
  readonly #library: NodeLlamaCpp
  readonly #llama: Llama
  readonly #model: LlamaModel
  /** By schema, the one used last at the end. */
  readonly #grammars = new Map<string, Promise<LlamaGrammar>>()

  constructor(library: NodeLlamaCpp, llama: Llama, model: LlamaModel) {
    this.#library = library
    this.#llama = llama
    this.#model = model
  }

  /** A fresh state for one answer; undefined for free text. */
  async stateFor(format: ResponseFormat): Promise<GrammarState | undefined> {
    if (format.type === 'text') return undefined
    const key = format.type === 'json_object' ? '' : JSON.stringify(format.schema)
    if (key.length > maxSchemaCharacters) throw invalidValue('The JSON schema is too large.', 'response_format')
    const known = this.#grammars.get(key)
    const grammar = known ?? this.#create(format)
    this.#grammars.delete(key)
    this.#grammars.set(key, grammar)
    if (known === undefined) grammar.catch(() => this.#grammars.delete(key))
    for (const oldest of this.#grammars.keys()) {
      if (this.#grammars.size <= maxGrammars) break
      this.#grammars.delete(oldest)
    }
    return new this.#library.LlamaGrammarEvaluationState({ model: this.#model, grammar: await grammar })
  }

  async #create(format: ResponseFormat): Promise<LlamaGrammar> {
    if (format.type !== 'json_schema') return this.#llama.getGrammarFor('json')
    const schema = toGrammarSchema(format.schema)
    try {
      const { grammar } = await this.#llama.createGrammarForJsonSchema(schema)
      return await this.#llama.createGrammar({ grammar: grammar.replace(trailingLines, '') })
    } catch (error) {
      if (error instanceof ServingError) throw error
      throw invalidValue(`The JSON schema cannot be used: ${String(error)}`, 'response_format')
    }
  }
}
