export type {
  Access,
  Binding,
  BodyBinding,
  Catalogue,
  CompileOptions,
  FormArrays,
  InputSchema,
  ObjectSchema,
  OutputSchema,
  Pagination,
  ParameterBinding,
  Rejection,
  RejectionCode,
  SecurityScheme,
  Skip,
  SkipCode,
  Suggestion,
  Tool,
  ToolAnnotations,
  ToolFace,
  Toolset,
  Warning,
  WarningCode,
} from './catalogue/types.ts';
export type { CompileProgress } from './catalogue/compile.ts';
export { compileCatalogue } from './catalogue/compile.ts';
export type { Bundle, MissingFile } from './archive/bundle.ts';
export { bundleFiles } from './archive/bundle.ts';
export type { ArchiveOptions } from './archive/compile-archive.ts';
export { compileArchive } from './archive/compile-archive.ts';
export { findEntry } from './archive/find-entry.ts';
export { isArchive, readArchive } from './archive/read-archive.ts';
export { withFormerNames } from './catalogue/former-names.ts';
export type { Listed } from './catalogue/listed.ts';
export { listed } from './catalogue/listed.ts';
export type { NameLock, NameLockEntry } from './catalogue/lock.ts';
export { lockOf, readLock } from './catalogue/lock.ts';
export { slugOf } from './catalogue/slug.ts';
export type { Report } from './catalogue/report.ts';
export { reportOf } from './catalogue/report.ts';
export type { CatalogueMode, ModeDecision, ModeWish } from './catalogue/mode.ts';
export { catalogueModeOf, FULL_MODE_BUDGET } from './catalogue/mode.ts';
export { estimateTokens } from './catalogue/tokens.ts';
export { RESERVED_NAMES } from './catalogue/name.ts';
export type { ResultContext } from './call/diagnose.ts';
export { errorResult, presentArgumentFaults } from './call/diagnose.ts';
export type { FetchedFile, FetchFile } from './call/files.ts';
export { prepareRequest, prepareRequestWithFiles, takesFiles } from './call/request.ts';
export type { CredentialParts } from './call/credential-parts.ts';
export { withQuery } from './call/credential-parts.ts';
export type { CollectedBytes } from './call/collected-bytes.ts';
export { collectBytes } from './call/collected-bytes.ts';
export { DOOR_ERROR_HEADER } from './call/door-error-header.ts';
export type { Mask } from './call/mask.ts';
export type { PathSegment } from './call/safe-path.ts';
export { safeSegments } from './call/safe-path.ts';
export { maskedHeaders, maskedResponse, maskOf } from './call/mask.ts';
export { maskedJson, maskedValue } from './call/masked-json.ts';
export { fileNameOf } from './call/file-name.ts';
export type { MadeCall, PageFooter } from './call/next-page.ts';
export type { PresentContext } from './call/result.ts';
export { imageTypeOf } from './call/image-type.ts';
export { presentResult, TEXT_LIMITS } from './call/result.ts';
export type { StreamControl, StreamHandler } from './call/exchange.ts';
export type { Sender, SenderOptions, StreamInput } from './call/send.ts';
export type { Reach, SendInput, SendWatch, SentRequest } from './call/send-input.ts';
export { withoutBlanks } from './call/wire/blanks.ts';
export { atTurnEnd } from './call/wire/turn-end.ts';
export { createSender, withReach } from './call/send.ts';
export type {
  ArgumentFault,
  Diagnostics,
  PreparedRequest,
  ResponseHeaders,
  StreamedRequest,
  UpstreamFault,
  UpstreamFaultCode,
  UpstreamResponse,
} from './call/types.ts';
export type { JsonSchema } from './json.ts';
export { digitsAt, parseKeepingDigits, textWithDigits } from './kept-digits.ts';
export { createNotes } from './openapi/notes.ts';
export type { Places } from './openapi/places.ts';
export { jsonPathOf } from './catalogue/suggest.ts';
export { plainText } from './openapi/text.ts';
export { errorText } from './call/envelope.ts';
export type { TextLimits, Truncated } from './call/truncate.ts';
export { fits, truncatedJson, truncatedText } from './call/truncate.ts';
export type { BlockAnnotations, ContentBlock, ResourceContent, ToolResult } from './mcp/tool-result.ts';
export type { Finding } from './lint/finding.ts';
export type { ListedTool } from './lint/lint.ts';
export { lintTools } from './lint/lint.ts';
export type { ProfileName } from './lint/profiles.ts';
export { PROFILES } from './lint/profiles.ts';
export type { Result } from './result.ts';
export type { CompileCaps } from './worker/compile-in-worker.ts';
export { compileInWorker } from './worker/compile-in-worker.ts';
export type { Category, Directory } from './offer/directory.ts';
export { describeTools } from './offer/describe-tools.ts';
export { findByName } from './offer/find-by-name.ts';
export type { InnerCall } from './offer/inner-call.ts';
export { readInnerCall } from './offer/inner-call.ts';
export type { Offer, OfferOptions } from './offer/offer.ts';
export { createOffer } from './offer/offer.ts';
export type { ApiLink, OwnToolName } from './offer/own-tools.ts';
export { ownTools } from './offer/own-tools.ts';
export { searchTools } from './offer/search-tools.ts';
export type { Offered } from './search/tool-index.ts';
export { emptyCapabilities, replyEmpty } from './mcp/empty-features.ts';
export type { Icon, ServerIdentity, ServerInfo } from './mcp/identity.ts';
export { modernHead, modernIntroduction, modernMeta, serverInfo } from './mcp/identity.ts';
export { hasCursor, replyToDiscover, replyToInitialize, replyUnknownMethod } from './mcp/introduce.ts';
export { FILTER_WANTED, readListenFilter, SUBSCRIPTION_ID } from './mcp/listen-filter.ts';
export { instructionsOf } from './mcp/instructions.ts';
export { readArguments } from './mcp/read-arguments.ts';
export type { Message, MessageFault } from './mcp/message.ts';
export { parseJson, parseMessage } from './mcp/message.ts';
export {
  claimedRevision,
  faultOfModernParams,
  META_CAPABILITIES,
  META_VERSION,
} from './mcp/modern-params.ts';
export { nestsDeeperThan } from './mcp/nesting.ts';
export type { Dialect, LegacyRevision, ModernRevision, Revision } from './mcp/revisions.ts';
export {
  ALL_REVISIONS,
  asLegacyRevision,
  asModernRevision,
  dialectOf,
  LEGACY_REVISIONS,
  negotiate,
  REVISION_WITHOUT_HEADER,
} from './mcp/revisions.ts';
export type { Reply, RpcError, RpcId } from './mcp/rpc.ts';
export { replyError, RPC } from './mcp/rpc.ts';
export { serializeToolList } from './mcp/serialize-list.ts';
export { serializeResult } from './mcp/serialize-result.ts';
