/** A number of a port or its name; a count, or a percentage such as `25%`. */
export type IntOrString = number | string

/** An amount such as `500m`, `1.5`, `80Gi`. */
export type Quantity = number | string
