/** What a publisher says of a package, beside what the API's description says. Texts are plain text of one line. */
export interface About {
  /** As people read it: `Acme CRM`. */
  readonly title: string;
  /** A few words. */
  readonly tagline?: string | undefined;
  readonly description: string;
  /** SemVer, of the package. */
  readonly version: string;
  readonly author?: { readonly name: string; readonly email?: string; readonly url?: string } | undefined;
  /** An SPDX expression. Absent: nobody is given a licence. */
  readonly license?: string | undefined;
  readonly homepage?: string | undefined;
  /** Where the API is explained to people. */
  readonly documentation?: string | undefined;
  /** Where people are helped: a URL, or an e-mail address. */
  readonly support?: string | undefined;
  /** Of the package's own source. */
  readonly repository?: string | undefined;
  readonly privacyPolicy?: string | undefined;
  readonly terms?: string | undefined;
  readonly keywords: readonly string[];
  /** What people could ask for. */
  readonly prompts: readonly string[];
  /** A PNG. */
  readonly icon?: Uint8Array | undefined;
}
