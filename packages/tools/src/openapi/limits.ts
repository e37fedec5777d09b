/** Every bound on what a document can make us do. Sizes are bytes unless the name says otherwise. */
export const LIMITS = {
  documentBytes: 32 * 1024 * 1024,
  yamlAliases: 100,
  operationsScanned: 20_000,
  parametersPerOperation: 1_000,
  /** Levels of a schema; deeper nodes accept anything. */
  schemaDepth: 256,
  /** References followed below one another before a schema is cut. */
  inlineDepth: 8,
  /** Schema nodes looked at for one operation. */
  nodesPerOperation: 20_000,
  /** Schema objects merged for one operation. */
  mergesPerOperation: 200_000,
  /** allOf, references and one-branch unions nested in one another without a level of their own. */
  mergeDepth: 128,
  referenceHops: 64,
  enumValues: 60,
  patternCharacters: 200,
  toolDescriptionCharacters: 1_000,
  argumentDescriptionCharacters: 300,
  nestedDescriptionCharacters: 120,
  titleCharacters: 60,
  /** Of one call: sums of them stay exact. */
  credits: 1_000_000,
  /** Tags of one operation. */
  tags: 20,
  defaultBytes: 200,
} as const;
