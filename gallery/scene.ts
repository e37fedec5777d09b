import type { Page } from 'playwright-core';
import type { Stage } from './stage.ts';

/** One page in one state. */
export interface Scene {
  /** `page/state`: also where its pictures are. */
  readonly name: string;
  /** Who looks: the address of a person of the demo. Unset: nobody is signed in. */
  readonly as?: string;
  /** Whether the page is looked at with JavaScript off, as it must work without. */
  readonly withoutScripts?: boolean;
  /** Whether the run prints how soon its largest part is painted over a slow line. */
  readonly timed?: boolean;
  /** Faults on the console that belong to the state, such as the refusal that it shows. */
  readonly expects?: RegExp;
  /** Brings a page of a new browser into the state. */
  readonly pose: (page: Page, stage: Stage) => Promise<unknown>;
}
